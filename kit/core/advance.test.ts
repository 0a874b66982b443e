import * as fc from 'fast-check';
import { advance, initialState, type Action, type Input, type PlayState } from './advance';
import type { Script, Step } from './script';

const send = (changes: Partial<Step & { op: 'send' }> = {}): Step & { readonly op: 'send' } => ({
  op: 'send',
  records: [{ kind: 'data', parts: [{ kind: 'bytes', bytes: Buffer.from('8100', 'hex') }], ends: ['A'] }],
  layout: 'stream',
  fin: false,
  stimulus: true,
  ...changes,
});
const offer: Step = { op: 'await-offer', timeoutMs: 20_000 };
const echo: Step = { op: 'await-close', timeoutMs: 10_000 };
const acked: Step = { op: 'await-ack', timeoutMs: 2000 };
const wait: Step = { op: 'wait', ms: 50 };
const ackOr = (...otherwise: readonly Step[]): Step => ({
  op: 'await-message',
  text: '"ack"',
  timeoutMs: 5000,
  otherwise,
});

const begin: Input = { kind: 'begin' };
const isOffer: Input = { kind: 'message', text: '{"type":"offer"}', isOffer: true };
const says = (text: string): Input => ({ kind: 'message', text, isOffer: false });
const is = (kind: 'sent' | 'close' | 'fin' | 'reset' | 'acked' | 'frozen' | 'thawed' | 'timeout'): Input => ({ kind });
const ping: Input = { kind: 'ping', payload: Buffer.from('p') };

/** Plays a script and gives the last state and, for each input, the actions as short words. */
function play(script: Script, ...inputs: readonly Input[]): { state: PlayState; actions: string[] } {
  let state = initialState(script);
  const actions: string[] = [];
  for (const input of [begin, ...inputs]) {
    const [next, todo] = advance(state, input);
    state = next;
    actions.push(todo.map(wordOf).join(' '));
  }
  return { state, actions };
}

function wordOf(action: Action): string {
  return action.kind === 'timer' ? `timer(${action.ms})` : action.kind;
}

describe('each step', () => {
  it('`send` sends and waits until it is sent', () => {
    const step = send();
    expect(advance(initialState([step]), begin)[1]).toEqual([{ kind: 'send', step }]);
    expect(play([step], is('sent')).actions).toEqual(['send', 'end']);
  });

  it('`await-offer` waits for the offer and no other message', () => {
    const { state, actions } = play([offer], says('hello'), isOffer);
    expect(actions).toEqual(['timer(20000)', '', 'cancel-timer end']);
    expect(state).toMatchObject({ status: 'complete', at: 1, offered: true, lapses: [] });
    expect(state.messages).toEqual(['hello', '{"type":"offer"}']);
  });

  it("`await-close` waits for the client's Close", () => {
    expect(play([echo], says('late'), is('close')).actions).toEqual(['timer(10000)', '', 'cancel-timer end']);
  });

  it('`await-message` waits for a message that contains its text', () => {
    const { state, actions } = play([ackOr(), wait], says('no'), says('{"type":"ack"}'));
    expect(actions).toEqual(['timer(5000)', '', 'cancel-timer timer(50)']);
    expect(state.at).toBe(1);
  });

  it('`await-ack` watches the acknowledgements', () => {
    expect(play([acked], is('acked')).actions).toEqual(['watch-acks timer(2000)', 'cancel-timer end']);
  });

  it('`wait` waits', () => {
    const { state, actions } = play([wait], is('timeout'));
    expect(actions).toEqual(['timer(50)', 'end']);
    expect(state.lapses).toEqual([]);
  });

  it('`impose` and `lift` wait until they are done', () => {
    const script: Script = [{ op: 'impose', condition: { kind: 'cpu', percent: 5 } }, { op: 'lift' }, wait];
    const { state, actions } = play(script, { kind: 'imposed' }, { kind: 'lifted' });
    expect(actions).toEqual(['impose', 'lift', 'timer(50)']);
    expect(state.imposed).toBe(false);
    expect(play(script, { kind: 'lifted' }, is('timeout')).actions).toEqual(['impose', '', '']);
  });

  it('`kill` is the end: nobody is there to say more', () => {
    const { state, actions } = play([{ op: 'kill' }], is('timeout'), is('sent'));
    expect(actions).toEqual(['kill', '', '']);
    expect(state.status).toBe('playing');
  });

  it('`freeze` says how it is to be done', () => {
    const duty = { frozenMs: 45, runningMs: 5 };
    expect(advance(initialState([{ op: 'freeze', duty }]), begin)[1]).toEqual([{ kind: 'freeze', duty }]);
  });

  it('`freeze` and `thaw` wait until they are done', () => {
    const { state, actions } = play([{ op: 'freeze' }, { op: 'thaw' }, wait], is('frozen'), is('thawed'));
    expect(actions).toEqual(['freeze', 'thaw', 'timer(50)']);
    expect(state.frozen).toBe(false);
  });

  it.each(['reset', 'abandon', 'stop-reading', 'drop'] as const)('`%s` is done at once', (op) => {
    expect(play([{ op }, wait]).actions).toEqual([`${op} timer(50)`]);
  });

  it('of an unknown kind is a fault of the kit', () => {
    // @ts-expect-error: no such step
    const script: Script = [{ op: 'sing' }];
    expect(() => play(script)).toThrow('unknown step');
  });

  it('of none: a script without steps is over when it begins', () => {
    const { state, actions } = play([]);
    expect(actions).toEqual(['end']);
    expect(state).toMatchObject({ status: 'complete', at: 0 });
  });
});

describe('what comes early', () => {
  it('is remembered: an early Close satisfies a later wait for it', () => {
    const script = [offer, send(), echo, send({ fin: true })];
    const { state, actions } = play(script, isOffer, is('close'), is('sent'), is('sent'));
    expect(actions).toEqual(['timer(20000)', 'cancel-timer send', '', 'send', 'end']);
    expect(state).toMatchObject({ status: 'complete', closed: true, lapses: [] });
  });

  it('is remembered: an early offer and an early acknowledgement', () => {
    const script = [send(), offer, ackOr(), wait];
    expect(play(script, isOffer, says('"ack"'), is('sent')).actions).toEqual(['send', '', '', 'timer(50)']);
  });

  it("is remembered: the client's FIN satisfies later waits for a Close and for a message", () => {
    const script = [send(), echo, ackOr(), wait];
    expect(play(script, is('fin'), is('sent')).actions).toEqual(['send', '', 'timer(50)']);
  });

  it('is remembered for the last 64 messages', () => {
    const chatter = Array.from({ length: 65 }, (_, at) => says(String(at)));
    const { state } = play([wait], ...chatter);
    expect(state.messages).toHaveLength(64);
    expect(state.messages[0]).toBe('1');
  });
});

describe("the client's end", () => {
  it('by FIN ends a wait for its Close', () => {
    expect(play([echo, wait], is('fin')).actions).toEqual(['timer(10000)', 'cancel-timer timer(50)']);
  });

  it.each(['fin', 'close'] as const)('by %s ends a wait for a message, for none can follow', (end) => {
    const { state, actions } = play([ackOr(send()), wait], is(end));
    expect(actions).toEqual(['timer(5000)', 'cancel-timer timer(50)']);
    expect(state).toMatchObject({ at: 1, closed: true, lapses: [] });
  });

  it('by FIN before its offer cuts the script short', () => {
    const { state, actions } = play([offer, send()], is('fin'));
    expect(actions).toEqual(['timer(20000)', 'cancel-timer end']);
    expect(state).toMatchObject({
      status: 'cut-short',
      at: 0,
      cause: 'client',
      reason: 'the client closed before its offer',
    });
  });

  it.each(['fin', 'close'] as const)('by %s changes nothing while the endpoint waits for no message', (end) => {
    for (const step of [wait, acked, send()]) {
      const { state, actions } = play([step, wait], is(end));
      expect([state.at, state.closed, actions[1]]).toEqual([0, true, '']);
    }
  });

  it('by Close does not stand for an offer', () => {
    expect(play([offer], is('close')).actions).toEqual(['timer(20000)', '']);
  });

  it('by reset cuts the script short where it stands', () => {
    const { state, actions } = play([wait, send()], is('reset'));
    expect(actions).toEqual(['timer(50)', 'cancel-timer end']);
    expect(state).toMatchObject({
      status: 'cut-short',
      at: 0,
      cause: 'client',
      reason: 'the client reset the connection',
    });
  });

  it('by reset while something is imposed, or about to be, lifts it', () => {
    const script: Script = [{ op: 'impose', condition: { kind: 'hole' } }, send(), { op: 'lift' }];
    expect(play(script, { kind: 'imposed' }, is('reset')).actions).toEqual(['impose', 'send', 'lift cancel-timer end']);
    expect(play(script, is('reset')).actions).toEqual(['impose', 'lift cancel-timer end']);
  });

  it('by what cannot be had here, without anybody’s fault', () => {
    const script: Script = [{ op: 'impose', condition: { kind: 'hole' } }, send()];
    const { state } = play(script, { kind: 'fault', cause: 'unavailable', reason: 'no namespace' });
    expect(state).toMatchObject({ status: 'failed', cause: 'unavailable', reason: 'no namespace' });
  });

  it('by reset while frozen, or while the freeze is under way, thaws', () => {
    const script: Script = [{ op: 'freeze' }, send(), { op: 'thaw' }];
    expect(play(script, is('frozen'), is('reset')).actions).toEqual(['freeze', 'send', 'thaw cancel-timer end']);
    expect(play(script, is('reset')).actions).toEqual(['freeze', 'thaw cancel-timer end']);
  });
});

describe('a wait whose time runs out', () => {
  it('for the offer fails, and it is the client that did not do its part', () => {
    const { state, actions } = play([offer, send()], is('timeout'));
    expect(actions[1]).toBe('cancel-timer end');
    expect(state).toMatchObject({ status: 'failed', cause: 'client', reason: 'the offer did not come' });
    expect(state.lapses).toEqual([{ at: 0, op: 'await-offer' }]);
  });

  it.each([
    ['the Close', echo],
    ['the ACK', acked],
  ])('for %s is noted, and the script goes on', (_, step) => {
    const { state, actions } = play([step, wait], is('timeout'));
    expect(actions[1]).toBe('timer(50)');
    expect(state).toMatchObject({ status: 'playing', at: 1, lapses: [{ at: 0, op: step.op }] });
  });

  it('for a message plays `otherwise` in place of the rest', () => {
    const other = send({ fin: true });
    const { state, actions } = play([wait, ackOr(other), send(), send()], is('timeout'), is('timeout'), is('sent'));
    expect(actions).toEqual(['timer(50)', 'timer(5000)', 'send', 'end']);
    expect(state.script).toHaveLength(3);
    expect(state.script[2]).toBe(other);
    expect(state).toMatchObject({ status: 'complete', lapses: [{ at: 1, op: 'await-message' }] });
  });

  it('is no wait at all where a step waits for the machine', () => {
    expect(play([send()], is('timeout')).actions).toEqual(['send', '']);
    const stray: PlayState = { ...initialState([]), status: 'playing' };
    expect(advance(stray, is('timeout'))).toEqual([stray, []]);
  });
});

describe('a ping', () => {
  it.each([offer, echo, ackOr(), wait])('is answered during $op', (step) => {
    const [, actions] = advance(play([step]).state, ping);
    expect(actions).toEqual([{ kind: 'pong', payload: Buffer.from('p') }]);
  });

  it('is not answered while bytes are sent or ACKs awaited', () => {
    expect(play([send()], ping).actions).toEqual(['send', '']);
    expect(play([acked], ping).actions).toEqual(['watch-acks timer(2000)', '']);
  });

  it('is not answered by an endpoint that has frozen its client', () => {
    expect(play([{ op: 'freeze' }, wait], is('frozen'), ping).actions).toEqual(['freeze', 'timer(50)', '']);
  });

  it.each([
    ['a Close', send({ records: [{ kind: 'data', parts: [], ends: [], closeCode: 1000 }] })],
    ['an alert', send({ records: [{ kind: 'alert', level: 'warning', description: 0 }] })],
    ['a FIN', send({ fin: true })],
  ])('is not answered behind %s', (_, step) => {
    expect(play([step, wait], is('sent'), ping).actions).toEqual(['send', 'timer(50)', '']);
  });

  it('is not answered behind a Close of the client: RFC 6455 §5.5.2', () => {
    expect(play([echo, wait], is('close'), ping).actions).toEqual(['timer(10000)', 'cancel-timer timer(50)', '']);
  });

  it('is answered behind a message', () => {
    expect(play([send(), wait], is('sent'), ping).actions).toEqual(['send', 'timer(50)', 'pong']);
  });
});

describe('a fault', () => {
  it.each(['kit', 'setup'] as const)('of the %s ends the script as failed, with its reason', (cause) => {
    const { state, actions } = play([send(), wait], { kind: 'fault', cause, reason: 'EPIPE' });
    expect(actions[1]).toBe('cancel-timer end');
    expect(state).toMatchObject({ status: 'failed', cause, reason: 'EPIPE', at: 0 });
  });

  it('while frozen thaws', () => {
    const fault: Input = { kind: 'fault', cause: 'setup', reason: 'a thread was running' };
    expect(play([{ op: 'freeze' }, acked], is('frozen'), fault).actions[2]).toBe('thaw cancel-timer end');
    expect(play([{ op: 'freeze' }, acked], fault).actions[1]).toBe('thaw cancel-timer end');
  });
});

describe('an input that fits nothing', () => {
  it.each(['sent', 'acked', 'frozen', 'thawed'] as const)('`%s` is let pass', (kind) => {
    const { state } = play([wait]);
    expect(advance(state, is(kind))).toEqual([state, []]);
  });

  it('is let pass before the beginning, after the end, and as a second beginning', () => {
    const idle = initialState([wait]);
    expect(advance(idle, is('close'))).toEqual([idle, []]);
    const playing = play([wait]).state;
    expect(advance(playing, begin)).toEqual([playing, []]);
    for (const over of [play([]).state, play([wait], is('reset')).state, play([offer], is('timeout')).state]) {
      expect(advance(over, is('reset'))).toEqual([over, []]);
    }
  });

  it('of an unknown kind is a fault of the kit', () => {
    // @ts-expect-error: no such input
    const input: Input = { kind: 'song' };
    expect(() => advance(play([wait]).state, input)).toThrow('unknown input');
  });

  it('is a fault of the kit where the state stands at an unknown step', () => {
    // @ts-expect-error: no such step
    const script: Script = [{ op: 'sing' }];
    expect(() => advance({ ...initialState(script), status: 'playing' }, isOffer)).toThrow('unknown step');
  });
});

describe('whatever comes, in whatever order,', () => {
  const step = fc.constantFrom<Step[]>(
    send(),
    send({ fin: true }),
    offer,
    echo,
    ackOr(send()),
    acked,
    wait,
    ...(['freeze', 'thaw', 'reset', 'abandon', 'stop-reading', 'drop'] as const).map((op) => ({ op })),
  );
  const input = fc.constantFrom<Input[]>(
    begin,
    isOffer,
    says('"ack"'),
    ping,
    { kind: 'fault', cause: 'kit', reason: 'x' },
    ...(['sent', 'close', 'fin', 'reset', 'acked', 'frozen', 'thawed', 'timeout'] as const).map(is),
  );

  it('a script that ends early leaves nothing frozen, ends once, and steps only forward', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), fc.array(input, { maxLength: 30 }), (script, inputs) => {
        let state = initialState(script);
        const actions: Action['kind'][] = [];
        for (const each of [begin, ...inputs]) {
          const [next, todo] = advance(state, each);
          expect(next.at).toBeGreaterThanOrEqual(state.at);
          actions.push(...todo.map((action) => action.kind));
          state = next;
        }
        const isOver = state.status !== 'playing';
        expect(actions.filter((kind) => kind === 'end')).toHaveLength(isOver ? 1 : 0);
        const endedEarly = state.status === 'failed' || state.status === 'cut-short';
        expect(endedEarly && actions.lastIndexOf('freeze') > actions.lastIndexOf('thaw')).toBe(false);
      }),
    );
  });
});
