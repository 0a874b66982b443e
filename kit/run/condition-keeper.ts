/** Imposes on the client of one trial, or on its connection, what the script asks for, and takes it away again. */
import type { Condition, ConditionProof } from '../core/condition';
import { Unavailable, type Endpoint } from '../core/endpoint';
import type { AdapterSession, TcpEnd } from '../core/target';
import { nowNs } from '../io/clock';
import { limitCpu } from '../io/cpu-limit';

export interface KeeperOptions {
  readonly endpoint: Endpoint;
  readonly session: AdapterSession;
  readonly trial: string;
}

/** What holds, and how it is undone. */
interface Held {
  readonly kind: Condition['kind'];
  readonly fromNs: number;
  /** Undoes it, and says whether it held until now. */
  undo(): Promise<{ readonly confirmed: boolean; readonly detail: string }>;
}

export class ConditionKeeper {
  private held: Held | undefined;
  private isEnded = false;
  private pending: Promise<void> = Promise.resolve();

  constructor(private readonly options: KeeperOptions) {}

  /** Never rejects: what cannot be done is told to the endpoint. */
  impose(condition: Condition, way: { readonly client: TcpEnd; readonly server: TcpEnd }): void {
    this.pending = this.pending.then(() => this.tryImpose(condition, way));
  }

  /** Does nothing where nothing holds. Never rejects. */
  lift(): void {
    this.pending = this.pending.then(() => this.letGo());
  }

  /** The trial is over: nothing holds any more when this resolves. */
  async end(): Promise<void> {
    this.isEnded = true;
    this.lift();
    await this.pending;
  }

  private async tryImpose(condition: Condition, way: { client: TcpEnd; server: TcpEnd }): Promise<void> {
    if (this.isEnded) return;
    const { endpoint, trial } = this.options;
    try {
      const undo = await (condition.kind === 'cpu' ? this.starve(condition.percent) : this.shape(condition, way));
      this.held = { kind: condition.kind, fromNs: nowNs(), undo };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      endpoint.answer({ trial, answer: error instanceof Unavailable ? 'unavailable' : 'failed', reason });
      return;
    }
    if (this.isEnded) await this.letGo();
    else endpoint.answer({ trial, answer: 'imposed' });
  }

  private async starve(percent: number): Promise<Held['undo']> {
    const { pid, marker, cage, freezing } = this.options.session;
    if (cage !== undefined) {
      const starved = await cage.starve(percent);
      return () => starved.lift();
    }
    if (freezing === 'event-loop') throw new Unavailable('a client in the kit’s own process shares its processor time');
    if (pid === undefined) throw new Error('the client has no process that could be limited');
    const limit = limitCpu({ rootPid: pid, marker, percent });
    return () => Promise.resolve(limit.lift());
  }

  private async shape(
    shape: Exclude<Condition, { kind: 'cpu' }>,
    { client, server }: { client: TcpEnd; server: TcpEnd },
  ): Promise<Held['undo']> {
    const { shaper } = this.options.endpoint;
    if (shaper === undefined) {
      throw new Unavailable(
        'the endpoint has no network of its own that could be disturbed: it takes `--endpoint container`',
      );
    }
    const shaped = await shaper.apply(shape, { from: server, to: client });
    return async () => {
      const { packets } = await shaped.clear();
      // Through a hole nothing passes; what nothing was sent through was no condition at all.
      return { confirmed: packets > 0, detail: `${packets} packets met it` };
    };
  }

  private async letGo(): Promise<void> {
    const { held } = this;
    const { endpoint, trial } = this.options;
    if (held === undefined) return;
    this.held = undefined;
    const { kind, fromNs } = held;
    const outcome = await held.undo().catch((error: unknown) => ({
      confirmed: false,
      detail: `it could not be undone: ${error instanceof Error ? error.message : String(error)}`,
    }));
    const proof: ConditionProof = { kind, fromNs, untilNs: nowNs(), ...outcome };
    endpoint.answer({ trial, answer: 'lifted', proof });
  }
}
