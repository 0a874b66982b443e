/** A WHATWG WebSocket without a network: the events that a test says, at once. */
export interface Puppet extends EventTarget {
  readonly readyState: number;
  binaryType?: string;
}

class TestSocket extends EventTarget implements Puppet {
  readyState = 0;
}

export function makeSocket(readyState = 0): Puppet {
  return Object.assign(new TestSocket(), { readyState });
}

/** Reports an event, as the standard has it. */
export const say = {
  open: (socket: EventTarget): void => void socket.dispatchEvent(new Event('open')),
  message: (socket: EventTarget, data: unknown): void =>
    void socket.dispatchEvent(Object.assign(new Event('message'), { data })),
  error: (socket: EventTarget, message: string): void =>
    void socket.dispatchEvent(Object.assign(new Event('error'), { message })),
  close: (socket: EventTarget, code = 1000, reason = '', wasClean = true): void =>
    void socket.dispatchEvent(Object.assign(new Event('close'), { code, reason, wasClean })),
} as const;
