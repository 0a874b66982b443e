/** What a model client stands on: its application above, its transport below, its clock and its dice. */

/** What the client tells its application. */
export type ModelEvent =
  | { readonly kind: 'open' }
  | { readonly kind: 'message'; readonly type: 'text' | 'binary'; readonly payload: Buffer }
  | { readonly kind: 'error'; readonly message: string }
  | {
      readonly kind: 'close';
      /** `null` for what the API does not expose. */
      readonly code: number | null;
      readonly reason: string | null;
      readonly wasClean: boolean | null;
    }
  /** The connection is over, and the API says no more of it: an error was the last word. */
  | { readonly kind: 'over' };

/** Performs what the client asks for, at once and in order; the simulation and the real process each have one. */
export interface Host {
  emit(event: ModelEvent): void;
  /** Plaintext to the server. */
  write(bytes: Buffer): void;
  closeNotify(): void;
  /** Half-close. */
  end(): void;
  /** Abort: what `close()` with unread bytes does. */
  reset(): void;
  /** Runs something later, on the client's own thread. */
  after(ms: number, run: () => void): void;
  nowMs(): number;
  /** From 0 up to, not including, 1. */
  random(): number;
  /** The process dies of a signal; does not return. */
  crash(signal: 'SIGABRT' | 'SIGPIPE'): never;
  /** The process ends with status 0; does not return. */
  exit(): never;
  /** Makes another connection to the same place. */
  reconnect(): void;
}
