/** What `lastword/page` gives: an application in a page as a client that can be judged. */

/** What an application does with its order: connect once, by its own code. */
export interface PageOrder {
  /** Where to connect, `wss:` or `ws:`. */
  readonly url: string;
  readonly subprotocols: string[];
  /** Takes what the application's own handlers see. Reading it takes over listening to what `connect` returns. */
  readonly on: PageHandlers;
  /** The text to send when the connection opens. Reading it takes over sending it. */
  readonly offer: string | undefined;
  /** What the client is to do besides, as in the adapter protocol. Reading them takes over all of them. */
  readonly reactions: readonly unknown[];
}

/** To be called from the application's handlers, in their order, before they return. */
export interface PageHandlers {
  open(protocol?: string): void;
  /** Text or bytes as they came: nothing parsed, and no Blob. */
  message(data: string | ArrayBuffer | ArrayBufferView): void;
  error(error?: unknown): void;
  /** What the application's API says of the close; a CloseEvent will do. */
  close(close?: {
    readonly code?: number | null;
    readonly reason?: string | null;
    readonly wasClean?: boolean | null;
  }): void;
  /** It is over, and nothing will say so: neither a close nor an error that it ends in. */
  end(): void;
}

/** How the kit acts on a connection. */
export interface PageConnection {
  send(data: string | Uint8Array<ArrayBuffer>): unknown;
  close(code?: number, reason?: string): unknown;
  /** Drops it for good, so that it never connects again; default: `close()`. */
  abort?(): unknown;
}

/** Anything with the events and methods of a WebSocket: the kit listens itself. */
export interface PageSocket extends PageConnection {
  // oxlint-disable-next-line typescript/no-explicit-any -- every wrapper has event types of its own
  addEventListener(type: any, listener: any): unknown;
}

/** An application, and how it is judged. */
export interface PageApplication {
  readonly client: { readonly name: string; readonly version?: string };
  /** `whatwg` binds it to the WHATWG standard's event model as well. Default `other`. */
  readonly model?: 'whatwg' | 'other';
  /** What it does by itself. */
  readonly habits?: readonly ('reconnects' | 'closes-on-answer')[];
  /** What it exposes of a close; default: all, and what it does not say is not judged. */
  readonly observes?: readonly ('code' | 'reason' | 'wasClean' | 'error')[];
  readonly limits?: {
    readonly messageBytes?: number;
    readonly keepAliveMs?: number;
    readonly bytesPerSecond?: number;
  };
  /** Connects, and returns at once, or by a promise, what the kit needs. */
  connect(order: PageOrder): PageConnection | PageSocket | Promise<PageConnection | PageSocket>;
}

/** Lets `fromPage` (of `lastword/targets`) drive an application in this page. */
export function serve(app: PageApplication): void;
