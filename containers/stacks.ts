/** The real signaling servers that take an offer, answer and hang up as such servers do: one line each. */
import { KitError } from '../kit/core/kit-error';

/** Folders beside this file; each is one image. */
export type StackImage = 'ws' | 'websockets' | 'gorilla' | 'nginx' | 'haproxy';

/** How a server ends behind its answer: it sends a Close and goes on as its library does, or it drops the connection. */
export type HangUp = 'close' | 'terminate';

export interface Stack {
  /** As `--server` names it. */
  readonly name: string;
  readonly image: StackImage;
  readonly hangUp: HangUp;
  /** What it is, in words. */
  readonly title: string;
}

export const stacks: readonly Stack[] = [
  { name: 'ws', image: 'ws', hangUp: 'close', title: 'Node ws: send, close' },
  { name: 'ws-terminate', image: 'ws', hangUp: 'terminate', title: 'Node ws: send, terminate' },
  { name: 'websockets', image: 'websockets', hangUp: 'close', title: 'Python websockets: send, close' },
  { name: 'gorilla', image: 'gorilla', hangUp: 'close', title: 'Go gorilla/websocket: Close frame, then Close' },
  { name: 'gorilla-terminate', image: 'gorilla', hangUp: 'terminate', title: 'Go gorilla/websocket: Close alone' },
  { name: 'nginx', image: 'nginx', hangUp: 'close', title: 'nginx before a Go backend: Close frame, then Close' },
  { name: 'nginx-terminate', image: 'nginx', hangUp: 'terminate', title: 'nginx before a Go backend that drops' },
  { name: 'haproxy', image: 'haproxy', hangUp: 'close', title: 'HAProxy before a Go backend: Close frame, then Close' },
  { name: 'haproxy-terminate', image: 'haproxy', hangUp: 'terminate', title: 'HAProxy before a Go backend that drops' },
];

/** @throws {KitError} `SERVER` */
export function findStack(name: string): Stack {
  const stack = stacks.find((each) => each.name === name);
  if (stack !== undefined) return stack;
  throw new KitError('SERVER', `\`--server ${name}\`: there are ${stacks.map((each) => each.name).join(', ')}`);
}
