/**
 * The gates of one target: a control in front of everything, after each block of trials, and behind the last. A trial says
 * nothing of a client where the controls around it showed nothing.
 */
import type { Transport } from '../core/case';
import type { Trial } from '../core/trial';
import { gateCase } from '../cases/control';
import type { AdapterHost } from './adapter-host';
import { gateFailure, gateKey, learn, type TargetFacts } from './judge-run';
import type { RunningTrial, TrialSlot } from './trial-slot';

/** Trials between two gates of one transport. */
const blockTrials = 20;
/** Attempts at a gate before it counts as showing nothing; more where the adapter works and the client loses. */
const gateAttempts = 3;
const gateAttemptsWhenLost = 30;

export interface Gate {
  readonly transport: Transport;
  readonly index: number;
}

/** What a campaign does for its gates. */
export interface GateWork {
  /** What is known of the target; there is always something, once there is a gate. */
  facts(): TargetFacts;
  run(host: AdapterHost, what: Pick<TrialSlot, 'kase' | 'part' | 'transport' | 'block'>): Promise<RunningTrial>;
  /** The host, or its successor, once it is free for the next trial; undefined where there is none any more. */
  ready(host: AdapterHost | undefined): Promise<AdapterHost | undefined>;
  write(running: RunningTrial, trial: Trial): Promise<void>;
  /** A gate has failed for good: what it takes with it has to be counted again. */
  onFailure(transport: Transport): Promise<void>;
  /** A gate waits to be taken. */
  onQueued(): void;
  track(work: Promise<void>): void;
}

export class GateKeeper {
  private readonly queue: Gate[] = [];
  private readonly blocks = new Map<Transport, { index: number; trials: number }>();

  constructor(private readonly campaign: GateWork) {}

  /** Goes on behind the gates of a run that is taken up. */
  takeUp(facts: TargetFacts): void {
    for (const { transport, index } of facts.gates.values()) {
      const block = this.blocks.get(transport) ?? { index: -1, trials: 0 };
      this.blocks.set(transport, { index: Math.max(block.index, index), trials: 0 });
    }
  }

  async openAll(host: AdapterHost, transports: readonly Transport[]): Promise<void> {
    for (const transport of transports) {
      const block = this.blocks.get(transport);
      const index = block === undefined ? 0 : block.index + 1;
      this.blocks.set(transport, { index, trials: 0 });
      await this.pass(host, { transport, index });
    }
  }

  /** Behind the last trial of each transport. */
  async closeAll(host: () => AdapterHost | undefined): Promise<void> {
    for (const [transport, block] of this.blocks) {
      if (block.trials === 0) continue;
      const ready = await this.campaign.ready(host());
      if (ready === undefined) return;
      await this.pass(ready, { transport, index: block.index + 1 });
    }
  }

  /** Whether the gate in front of everything showed that trials on this transport can say anything. */
  isOpen(transport: Transport): boolean {
    const index = this.blocks.get(transport)?.index ?? 0;
    const gate = this.campaign.facts().gates.get(gateKey(transport, index));
    return gate === undefined || (!gate.notApplicable && (gate.shows || gate.lost));
  }

  /** Counts a trial into its block; a full block is followed by a gate. */
  nextBlock(transport: Transport): number {
    const block = this.blocks.get(transport) ?? { index: 0, trials: 0 };
    this.blocks.set(transport, block);
    if (block.trials >= blockTrials) {
      block.index += 1;
      block.trials = 0;
      this.queue.push({ transport, index: block.index });
      this.campaign.onQueued();
    }
    block.trials += 1;
    return block.index;
  }

  /** The next gate that waits for a lane. */
  next(): Gate | undefined {
    return this.queue.shift();
  }

  /** One attempt between trials: the lane goes on, and another attempt is queued where one is needed. */
  async perform(host: AdapterHost, gate: Gate): Promise<void> {
    const { again } = await this.attempt(host, gate);
    this.campaign.track(this.queueAgain(again, gate));
  }

  private async queueAgain(again: Promise<boolean>, gate: Gate): Promise<void> {
    if (await again) this.queue.push(gate);
  }

  /** Tries a gate until it shows something or has failed. */
  private async pass(first: AdapterHost, gate: Gate): Promise<void> {
    let host: AdapterHost | undefined = first;
    while (host !== undefined) {
      const { again } = await this.attempt(host, gate);
      if (!(await again)) return;
      host = await this.campaign.ready(host);
    }
  }

  /** Resolves when the adapter is free, `again` once it is known whether another attempt is needed. */
  private async attempt(host: AdapterHost, gate: Gate): Promise<{ readonly again: Promise<boolean> }> {
    const [part] = gateCase.parts;
    if (part === undefined) throw new TypeError('the gate has no part');
    const { transport, index: block } = gate;
    const running = await this.campaign.run(host, { kase: gateCase, part, transport, block });
    return { again: running.observation.then((trial) => this.record(running, trial, gate)) };
  }

  private async record(running: RunningTrial, trial: Trial, { transport, index }: Gate): Promise<boolean> {
    const facts = this.campaign.facts();
    await this.campaign.write(running, trial);
    learn(facts, trial);
    const state = facts.gates.get(gateKey(transport, index));
    if (state === undefined || state.shows || state.notApplicable) return false;
    if (state.lost) return !facts.delivers.has(transport) && state.attempts < gateAttemptsWhenLost;
    if (state.attempts < gateAttempts) return true;
    if (gateFailure(facts, transport, index) !== undefined) await this.campaign.onFailure(transport);
    return false;
  }
}
