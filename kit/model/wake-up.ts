/**
 * A wake-up is what a client finds when its event loop comes round: the records that are there, and the ends behind
 * them. Which part of it a client takes, and when, is where most losses at a close happen.
 */
import type { Host } from './host';
import type { Switches } from './switches';

/** The plaintext of one TLS record, or what one read of a plain socket gave. */
export interface Read {
  readonly bytes: Buffer;
  /** Length on the wire, header and tag included. */
  readonly wireBytes: number;
}

export interface WakeUp {
  readonly reads: readonly Read[];
  /** close_notify, behind the reads. */
  readonly closeNotify: boolean;
  readonly fin: boolean;
  readonly reset: boolean;
  /** The socket holds bytes that are not going to be read. */
  readonly unread?: boolean;
}

export const nothing: WakeUp = { reads: [], closeNotify: false, fin: false, reset: false };

const tickMs = 100;

/** Hands wake-ups on to the client as its switches have it: whole and at once, unless one says otherwise. */
export class Intake {
  #pending: Read[] = [];
  #ends: WakeUp = nothing;
  #isPausing = false;
  #hasTick = false;

  constructor(
    private readonly switches: Switches,
    private readonly isTls: boolean,
    private readonly host: Pick<Host, 'after'>,
    private readonly pass: (wake: WakeUp) => void,
  ) {}

  take(wake: WakeUp): void {
    const { pauseMs, bytesPerTick } = this.switches;
    if (bytesPerTick === undefined && pauseMs === undefined) {
      this.pass(this.#cut(wake));
      return;
    }
    this.#pending.push(...wake.reads);
    this.#ends = mergeEnds(this.#ends, wake);
    if (bytesPerTick !== undefined) this.#tick(bytesPerTick);
    else if (pauseMs !== undefined) this.#pause(pauseMs);
  }

  #pause(pauseMs: number): void {
    if (this.#isPausing) return;
    this.#isPausing = true;
    this.host.after(pauseMs, () => {
      const wake = { ...this.#ends, reads: this.#pending };
      this.#isPausing = false;
      this.#pending = [];
      this.#ends = nothing;
      this.pass(wake);
    });
  }

  #tick(bytes: number): void {
    if (this.#hasTick) return;
    this.#hasTick = true;
    this.host.after(tickMs, () => {
      this.#hasTick = false;
      const [reads, rest] = split(this.#pending, bytes);
      this.#pending = rest;
      if (rest.length > 0) {
        this.#tick(bytes);
        this.pass({ ...nothing, reads });
        return;
      }
      const ends = this.#ends;
      this.#ends = nothing;
      this.pass({ ...ends, reads });
    });
  }

  #cut(wake: WakeUp): WakeUp {
    const { switches } = this;
    const hasEnd = wake.fin || wake.closeNotify || wake.reset;
    if (switches.hangUpFirst && (wake.fin || wake.reset)) {
      return { ...wake, reads: [], closeNotify: false, unread: wake.unread === true || wake.reads.length > 0 };
    }
    if (switches.finUnhooksTls && this.isTls && wake.fin) return { ...wake, reads: [], closeNotify: false };
    if (switches.eofDropsBatch && wake.closeNotify) return { ...wake, reads: [] };
    if (switches.dropsOnReset && wake.reset) return { ...wake, reads: [] };
    if (switches.readsOnceBytes !== undefined && hasEnd) return this.#readOnce(wake, switches.readsOnceBytes);
    if (switches.leavesPendingBytes !== undefined && this.isTls) {
      return this.#leavePending(wake, switches.leavesPendingBytes);
    }
    const hasData = wake.reads.some((read) => read.bytes.length > 0);
    if (switches.missesEndBehindData && hasData) return { ...nothing, reads: wake.reads };
    return wake;
  }

  /** A record that does not lie within the first bytes is never whole. */
  #readOnce(wake: WakeUp, bytes: number): WakeUp {
    if (!this.isTls) return { ...wake, reads: split(wake.reads, bytes)[0] };
    let left = bytes;
    const reads = wake.reads.filter((read) => (left -= read.wireBytes) >= 0);
    return { ...wake, reads, closeNotify: wake.closeNotify && reads.length === wake.reads.length };
  }

  #leavePending(wake: WakeUp, bytes: number): WakeUp {
    const all = [...this.#pending, ...wake.reads];
    // An end leaves the socket readable for good, so the loop comes round until TLS has nothing left.
    const [reads, rest] = wake.fin || wake.closeNotify || wake.reset ? [all, []] : split(all, bytes);
    this.#pending = rest;
    return { ...wake, reads };
  }
}

function mergeEnds(one: WakeUp, other: WakeUp): WakeUp {
  return {
    reads: [],
    closeNotify: one.closeNotify || other.closeNotify,
    fin: one.fin || other.fin,
    reset: one.reset || other.reset,
  };
}

/** The first `bytes` bytes of some reads, and the rest. */
function split(reads: readonly Read[], bytes: number): [Read[], Read[]] {
  const first: Read[] = [];
  const rest: Read[] = [];
  let left = bytes;
  for (const read of reads) {
    const taken = Math.min(left, read.bytes.length);
    left -= taken;
    if (taken > 0 || (read.bytes.length === 0 && rest.length === 0)) {
      first.push({ ...read, bytes: read.bytes.subarray(0, taken) });
    }
    if (taken < read.bytes.length) rest.push({ ...read, bytes: read.bytes.subarray(taken) });
  }
  return [first, rest];
}
