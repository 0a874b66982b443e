/**
 * Plays a script: `advance(script, state, input)` gives the next state and what to do. It knows no clock and no socket;
 * the endpoint performs its actions and feeds it what happened, and the model does the same in memory.
 *
 * Rules:
 * - Steps run in order; only waits wait. The endpoint never improvises: a Close, FIN or reset of the client that comes
 *   early is remembered and satisfies a later wait, and the script goes on.
 * - A reset by the client ends the script where it stands; that is a fact about the connection, not a failure of the kit.
 * - What the machine did wrong (a write error, a freeze that failed) ends it as `failed`, with the reason.
 * - What this run or machine cannot do at all ends it as `failed` with the cause `unavailable`: nobody did anything wrong.
 * - Pings are answered while the endpoint waits, and neither side has sent a Close (RFC 6455 §5.5.2, §5.5.3).
 */
import type { Condition, Duty } from './condition';
import type { Script, Step } from './script';

export type Input =
  | { readonly kind: 'begin' }
  | { readonly kind: 'sent' }
  | { readonly kind: 'message'; readonly text: string; readonly isOffer: boolean }
  | { readonly kind: 'close' }
  | { readonly kind: 'ping'; readonly payload: Uint8Array }
  | { readonly kind: 'fin' }
  | { readonly kind: 'reset' }
  | { readonly kind: 'acked' }
  | { readonly kind: 'frozen' }
  | { readonly kind: 'thawed' }
  | { readonly kind: 'imposed' }
  | { readonly kind: 'lifted' }
  | { readonly kind: 'timeout' }
  /** The machine or the kit could not do what the script asked. */
  | { readonly kind: 'fault'; readonly cause: FaultCause; readonly reason: string };

/** Who could not do what the script asked; `unavailable`: it cannot be had here. */
export type FaultCause = 'kit' | 'setup' | 'unavailable';

export type Action =
  | { readonly kind: 'send'; readonly step: Step & { readonly op: 'send' } }
  | { readonly kind: 'pong'; readonly payload: Uint8Array }
  | { readonly kind: 'timer'; readonly ms: number }
  | { readonly kind: 'cancel-timer' }
  | { readonly kind: 'watch-acks' }
  | { readonly kind: 'freeze'; readonly duty?: Duty }
  | { readonly kind: 'thaw' }
  | { readonly kind: 'impose'; readonly condition: Condition }
  | { readonly kind: 'lift' }
  | { readonly kind: 'kill' }
  | { readonly kind: 'reset' }
  | { readonly kind: 'abandon' }
  | { readonly kind: 'stop-reading' }
  | { readonly kind: 'drop' }
  | { readonly kind: 'end' };

export interface PlayState {
  /** Index of the step that is being played; the script's length when it is over. */
  readonly at: number;
  readonly status: 'idle' | 'playing' | 'complete' | 'failed' | 'cut-short';
  readonly cause?: FaultCause | 'client';
  readonly reason?: string;
  readonly script: Script;
  /** A wait whose time ran out; its step index and operation. */
  readonly lapses: readonly { readonly at: number; readonly op: Step['op'] }[];
  readonly offered: boolean;
  readonly messages: readonly string[];
  readonly closed: boolean;
  readonly frozen: boolean;
  /** A condition holds, or is about to. */
  readonly imposed: boolean;
  readonly closeSent: boolean;
}

/** The state before the request was read. */
export function initialState(script: Script): PlayState {
  return {
    at: 0,
    status: 'idle',
    script,
    lapses: [],
    offered: false,
    messages: [],
    closed: false,
    frozen: false,
    imposed: false,
    closeSent: false,
  };
}

type Advanced = readonly [PlayState, readonly Action[]];

/** The next state, and what to do, in order. */
export function advance(state: PlayState, input: Input): Advanced {
  if (state.status !== 'idle' && state.status !== 'playing') return [state, []];
  if (state.status === 'idle') {
    return input.kind === 'begin' ? enter({ ...state, status: 'playing' }, []) : [state, []];
  }
  const step = state.script[state.at];
  switch (input.kind) {
    case 'begin':
      return [state, []];
    case 'sent':
      return step?.op === 'send' ? next(markSent(state, step)) : [state, []];
    case 'message': {
      const heard = {
        ...state,
        offered: state.offered || input.isOffer,
        messages: [...state.messages, input.text].slice(-64),
      };
      return satisfied(heard, step) ? next(heard, [{ kind: 'cancel-timer' }]) : [heard, []];
    }
    case 'close': {
      const heard = { ...state, closed: true };
      return overAtClose(step) ? next(heard, [{ kind: 'cancel-timer' }]) : [heard, []];
    }
    case 'ping':
      return [state, answersPings(state, step) ? [{ kind: 'pong', payload: input.payload }] : []];
    case 'fin':
      return finished(state, step);
    case 'reset': {
      // A frozen client resets nothing: it has been thawed, and the word of it is still under way.
      const [now, todo] = step?.op === 'thaw' ? next({ ...state, frozen: false }) : [state, []];
      if (now.status !== 'playing') return [now, todo];
      const [ended, more] = cut(now, 'the client reset the connection');
      return [ended, more];
    }
    case 'acked':
      return step?.op === 'await-ack' ? next(state, [{ kind: 'cancel-timer' }]) : [state, []];
    case 'frozen':
      return step?.op === 'freeze' ? next({ ...state, frozen: true }) : [state, []];
    case 'thawed':
      return step?.op === 'thaw' ? next({ ...state, frozen: false }) : [state, []];
    case 'imposed':
      return step?.op === 'impose' ? next({ ...state, imposed: true }) : [state, []];
    case 'lifted':
      return step?.op === 'lift' ? next({ ...state, imposed: false }) : [state, []];
    case 'timeout':
      return lapse(state, step);
    case 'fault':
      return fail(state, input.cause, input.reason);
    default:
      throw new TypeError(`unknown input ${String(input satisfies never)}`);
  }
}

function markSent(state: PlayState, step: Step & { readonly op: 'send' }): PlayState {
  const closes = step.records.some((record) => record.kind === 'alert' || record.closeCode !== undefined);
  return closes || step.fin ? { ...state, closeSent: true } : state;
}

function satisfied(state: PlayState, step: Step | undefined): boolean {
  switch (step?.op) {
    case 'await-offer':
      return state.offered;
    case 'await-close':
      return state.closed;
    case 'await-message':
      return state.messages.some((text) => text.includes(step.text));
    case undefined:
    case 'send':
    case 'await-ack':
    case 'wait':
    case 'freeze':
    case 'thaw':
    case 'reset':
    case 'abandon':
    case 'stop-reading':
    case 'drop':
    case 'impose':
    case 'lift':
    case 'kill':
      return false;
    default:
      throw new TypeError(`unknown step ${String(step satisfies never)}`);
  }
}

function answersPings(state: PlayState, step: Step | undefined): boolean {
  if (state.closeSent || state.closed || state.frozen) return false;
  return (
    step?.op === 'wait' || step?.op === 'await-offer' || step?.op === 'await-message' || step?.op === 'await-close'
  );
}

/** The client half-closed: no Close and no message can come any more, so nothing is waited for. */
function finished(state: PlayState, step: Step | undefined): Advanced {
  if (step?.op === 'await-offer') return cut(state, 'the client closed before its offer');
  const heard = { ...state, closed: true };
  return overAtClose(step) ? next(heard, [{ kind: 'cancel-timer' }]) : [heard, []];
}

/** Waits that end with the client's Close or FIN. RFC 6455 §5.5.1: no data frame follows a Close. */
function overAtClose(step: Step | undefined): boolean {
  return step?.op === 'await-close' || step?.op === 'await-message';
}

function lapse(state: PlayState, step: Step | undefined): Advanced {
  if (step === undefined) return [state, []];
  if (step.op === 'wait') return next(state);
  const lapsed = { ...state, lapses: [...state.lapses, { at: state.at, op: step.op }] };
  if (step.op === 'await-offer') return fail(lapsed, 'client', 'the offer did not come');
  if (step.op === 'await-message') {
    return next({ ...lapsed, script: [...state.script.slice(0, state.at + 1), ...step.otherwise] });
  }
  if (step.op === 'await-close' || step.op === 'await-ack') return next(lapsed);
  return [state, []];
}

function cut(state: PlayState, reason: string): Advanced {
  return [
    { ...state, status: 'cut-short', cause: 'client', reason },
    [...unfreeze(state), { kind: 'cancel-timer' }, { kind: 'end' }],
  ];
}

function fail(state: PlayState, cause: FaultCause | 'client', reason: string): Advanced {
  return [
    { ...state, status: 'failed', cause, reason },
    [...unfreeze(state), { kind: 'cancel-timer' }, { kind: 'end' }],
  ];
}

/** Whatever ends a script early, nothing stays frozen or imposed, nor becomes so by what is under way. */
function unfreeze(state: PlayState): readonly Action[] {
  const op = state.script[state.at]?.op;
  return [
    ...(state.frozen || op === 'freeze' ? [{ kind: 'thaw' } as const] : []),
    ...(state.imposed || op === 'impose' ? [{ kind: 'lift' } as const] : []),
  ];
}

function next(state: PlayState, actions: readonly Action[] = []): Advanced {
  return enter({ ...state, at: state.at + 1 }, actions);
}

/** Begins steps until one has to wait. */
function enter(state: PlayState, actions: readonly Action[]): Advanced {
  const todo = [...actions];
  for (let at = state.at; ; at++) {
    const here = { ...state, at };
    const step = here.script[at];
    if (step === undefined) return [{ ...here, status: 'complete' }, [...todo, { kind: 'end' }]];
    if (satisfied(here, step)) continue;
    if (here.closed && overAtClose(step)) continue;
    const waits = begin(step, todo);
    if (waits) return [here, todo];
  }
}

/** Pushes what a step asks for; true where the play waits for an input then. */
function begin(step: Step, todo: Action[]): boolean {
  switch (step.op) {
    case 'send':
      todo.push({ kind: 'send', step });
      return true;
    case 'await-offer':
    case 'await-close':
    case 'await-message':
      todo.push({ kind: 'timer', ms: step.timeoutMs });
      return true;
    case 'await-ack':
      todo.push({ kind: 'watch-acks' }, { kind: 'timer', ms: step.timeoutMs });
      return true;
    case 'wait':
      todo.push({ kind: 'timer', ms: step.ms });
      return true;
    case 'freeze':
      todo.push({ kind: 'freeze', ...(step.duty === undefined ? {} : { duty: step.duty }) });
      return true;
    case 'impose':
      todo.push({ kind: 'impose', condition: step.condition });
      return true;
    case 'thaw':
    case 'lift':
    case 'kill':
      todo.push({ kind: step.op });
      return true;
    case 'reset':
    case 'abandon':
    case 'stop-reading':
    case 'drop':
      todo.push({ kind: step.op });
      return false;
    default:
      throw new TypeError(`unknown step ${String(step satisfies never)}`);
  }
}
