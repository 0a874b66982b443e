/**
 * What a model client can do otherwise than by the book: one switch a fault, and one a habit that is odd but correct.
 * No switch at all is the conforming client.
 */

/** Absent means: as the standards have it. */
export interface Switches {
  // What of a wake-up is taken from the transport.
  /** The end of the TCP stream unregisters the TLS layer's receive callback: ciphertext that waits is never opened. */
  readonly finUnhooksTls?: boolean;
  /** The hang-up flag is handled before the readable one: the socket is closed with its bytes unread. */
  readonly hangUpFirst?: boolean;
  /** One read of so many bytes of ciphertext, and then the hang-up is handled. */
  readonly readsOnceBytes?: number;
  /** What was opened in the pass in which close_notify came is thrown away. */
  readonly eofDropsBatch?: boolean;
  /** So many bytes of plaintext are taken a wake-up; the rest waits within TLS for the socket's next event. */
  readonly leavesPendingBytes?: number;
  /** A read of zero bytes is taken for the end of the stream. */
  readonly emptyReadIsEof?: boolean;
  /** Edge-triggered: an end that came together with data is never noticed, and no timer closes. */
  readonly missesEndBehindData?: boolean;
  /** TCP in user space: a FIN counts when it comes, although bytes in front of it are missing. */
  readonly actsOnEarlyFin?: boolean;
  /** A wake-up with a reset in it gives no data. */
  readonly dropsOnReset?: boolean;
  /** Bytes that are taken every 100 ms. */
  readonly bytesPerTick?: number;
  /** Stands still for so long at each wake-up. */
  readonly pauseMs?: number;

  // How the answer to the upgrade is read.
  /** A 101 is a 101, whatever its headers say; and masked frames and reserved bits are taken as they come. */
  readonly acceptsAnything?: boolean;
  /** An answer that is no 101 opens the connection as well. */
  readonly ignoresStatus?: boolean;
  /** The body of a refusal goes to the parser of frames, and what it finds to the application. */
  readonly readsRefusal?: boolean;
  /** Bytes in front of a response are skipped, and its head is over where a frame seems to begin. */
  readonly resynchronises?: boolean;

  // How bytes become messages.
  /** Only the first frame of a read is parsed. */
  readonly oneFramePerRead?: boolean;
  /** A read that ends within a frame is thrown away. */
  readonly needsWholeFrame?: boolean;
  /** The end of the 101 is sought in each read alone: one that comes in several is waited for, for ever, or refused. */
  readonly headInOneRead?: 'waits' | 'refuses';
  /** That it is open is told a turn later, unless the connection is over by then. */
  readonly defersOpen?: boolean;
  /** Every fragment is delivered as if it were a message. */
  readonly deliversFragments?: boolean;
  /** UTF-8 is checked a frame at a time. */
  readonly checksFramesForUtf8?: boolean;
  /** The rest of a read is thrown away behind a Ping. */
  readonly pingEndsRead?: boolean;
  /** What was read together with the 101 is thrown away. */
  readonly dropsBehindResponse?: boolean;
  /** A control frame clears the fragments of the unfinished message. */
  readonly controlResetsAssembler?: boolean;
  /** What is longer is cut behind so many bytes, and delivered. */
  readonly cutsBehindBytes?: number;
  /** An unfinished message is delivered at the end of the stream. */
  readonly deliversPartial?: boolean;
  /** A Close with a code or a body that no server may send ends the process. */
  readonly crashesOnOddClose?: boolean;
  /** Bytes of a reason that are kept. */
  readonly reasonBytes?: number;

  // How messages come out.
  /** `pass`: when all of a wake-up was handled; a number: so many ms later; `turn`: one event a turn of the loop. */
  readonly dispatch?: 'pass' | 'turn' | number;
  /** A missing close_notify clears the queue. */
  readonly truncationClearsQueue?: boolean;
  /** The end of a connection without a Close clears the queue. */
  readonly lossClearsQueue?: boolean;
  /** A reset, or a write that fails, clears the queue. */
  readonly resetClearsQueue?: boolean;
  /** The close is reported when its frame is read, past the queue. */
  readonly closeOvertakes?: boolean;
  /** The queue is flushed twice at the close. */
  readonly flushesTwice?: boolean;
  /** Messages that the queue takes in one pass. */
  readonly queueLimit?: number;
  /** How probable it is that the last message of the pass in which the close is seen is dropped. */
  readonly dropsLast?: number;
  /** The last message is delivered once more at the close. */
  readonly repeatsLast?: boolean;
  /** Frames behind the Close are delivered. */
  readonly deliversAfterClose?: boolean;
  /** A close frees what a handler that is at work uses, and what the application sends with. */
  readonly crashesWhenOvertaken?: boolean;
  /** A message that nobody sent is delivered at the open. */
  readonly inventsMessage?: boolean;
  /** What the application sends from within a message's handler is lost. */
  readonly losesReplies?: boolean;

  // How the close is dealt with and reported.
  /** A missing close_notify turns a finished closing handshake into 1006. */
  readonly truncationOverridesCode?: boolean;
  /** A FIN without close_notify and without a Close is ignored. */
  readonly ignoresBareFin?: boolean;
  /** Only the FIN ends a connection: no timer, and close_notify says nothing. */
  readonly waitsForFin?: boolean;
  readonly confusesCodes?: boolean;
  readonly alwaysClean?: boolean;
  readonly closesTwice?: boolean;
  /** The code that is reported is the one that the application closed with, whatever came. */
  readonly reportsOwnCode?: boolean;
  /** Of several Close frames the last counts. */
  readonly lastCloseCounts?: boolean;
  /** What the application sends behind the client's Close leaves as well, as long as TCP stands. */
  readonly sendsAfterClose?: boolean;
  /** Ends TCP, and reports that, so many ms behind the first message. */
  readonly endsAfterMs?: number;
  /** Writes leave one by one, so many ms apart. */
  readonly writeGapMs?: number;
  /** A write to a connection that is gone ends the process. */
  readonly diesOnBrokenPipe?: boolean;

  // Odd, and correct.
  /** A message that is longer fails the connection with 1009: RFC 6455 §10.4. */
  readonly mostMessageBytes?: number;
  /** A missing close_notify, or a reset, is an `error` in front of the close. */
  readonly strictTls?: boolean;
  /** After its own Close no message is delivered: WHATWG WebSockets §4. */
  readonly dropsAfterOwnClose?: boolean;
  /** What is done when the first message came. */
  readonly onAnswer?: 'close' | 'exit';
  readonly hidesCode?: boolean;
  /** An abnormal end is an `error`, without a `close` or in front of it. */
  readonly abnormalIs?: 'error' | 'error-and-close';
  readonly reconnects?: boolean;
  /** Ends with a reset instead of a FIN, when all is said. */
  readonly resetsAtEnd?: boolean;
  /** Sends a Ping and an unsolicited Pong every so many ms. */
  readonly pingEveryMs?: number;
  /** Reports a reserved code as it came. */
  readonly passesReservedCodes?: boolean;
  /** Replaces what is no UTF-8 in a reason: WHATWG WebSockets §4. */
  readonly lossyReason?: boolean;
  /** Ends the connection when nothing was heard for so long. */
  readonly keepAliveMs?: number;
}
