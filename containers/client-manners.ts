/**
 * Whether a client says anything of its own accord: pings, messages. Where the server has gone, that draws a reset, which
 * may flush what the client has not read yet (RFC 9293 §3.10.7.4). Nobody sees that one, since neither end has a socket
 * any more. So the first control is answered late, and the client is listened to meanwhile.
 */

/** So long a client is listened to, in ms: longer than a frozen trial takes, even on a busy machine. */
export const listenMs = 4000;

/** What is known of one target. */
export class ClientManners {
  private quietMs = 0;
  private hasTalked = false;

  /** How long the next control has to wait, in ms. */
  get missingMs(): number {
    return this.hasTalked || this.quietMs >= listenMs ? 0 : listenMs;
  }

  /** It said something that nobody had asked for. */
  talk(): void {
    this.hasTalked = true;
  }

  /** It was listened to for so long behind its offer. */
  heardFor(ms: number): void {
    this.quietMs = Math.max(this.quietMs, ms);
  }

  /** Whether it may have said something until so long behind its offer: it has before, or was never heard for so long. */
  mayTalkWithin(ms: number): boolean {
    return this.hasTalked || ms > this.quietMs;
  }
}
