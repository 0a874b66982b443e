/** The opening handshake as a client sees it: the request written, the 101 read. RFC 6455 §4.1. */
import { acceptKey } from '../core/handshake';
import type { Switches } from './switches';

/** The request for a WebSocket. */
export function buildRequest(to: { readonly authority: string; readonly path: string }, key: string): Buffer {
  return Buffer.from(
    [
      `GET ${to.path} HTTP/1.1`,
      `Host: ${to.authority}`,
      'Upgrade: websocket',
      'Connection: Upgrade',
      `Sec-WebSocket-Key: ${key}`,
      'Sec-WebSocket-Version: 13',
      '',
      '',
    ].join('\r\n'),
    'latin1',
  );
}

export type Response =
  | { readonly kind: 'incomplete' }
  /** `bytes`: where what lies behind the head begins, where it has an end. */
  | { readonly kind: 'refused' | 'accepted'; readonly bytes: number };

/** Reads the head of the response as far as it has come; it conforms unless a switch says otherwise. */
export function readResponse(bytes: Buffer, key: string, switches: Switches): Response {
  const from = switches.resynchronises ? bytes.indexOf('HTTP/1.1 ') : 0;
  const start = Math.max(0, from);
  const blank = from < 0 ? -1 : bytes.indexOf('\r\n\r\n', start);
  // A frame with fin=1 begins with such a byte, and no header does.
  const frame = switches.resynchronises && from >= 0 && blank < 0 ? bytes.indexOf(0x81, start) : -1;
  if (blank < 0 && frame < 0) return bytes.length > 16_384 ? { kind: 'refused', bytes: 0 } : { kind: 'incomplete' };
  const head = bytes.toString('latin1', start, blank < 0 ? frame : blank);
  const isAccepted = blank < 0 ? isSwitching(head) : accepts(head, key, switches);
  return { kind: isAccepted ? 'accepted' : 'refused', bytes: blank < 0 ? frame : blank + 4 };
}

/** RFC 6455 §4.1: what of a head lets the connection open; this client offers no extension and no subprotocol. */
function accepts(head: string, key: string, switches: Switches): boolean {
  if (!isSwitching(head)) return switches.ignoresStatus === true;
  if (switches.acceptsAnything) return true;
  const lines = head.split('\r\n').slice(1);
  const headers = new Map(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  return (
    headers.get('upgrade')?.toLowerCase() === 'websocket' &&
    /\bupgrade\b/i.test(headers.get('connection') ?? '') &&
    headers.get('sec-websocket-accept') === acceptKey(key) &&
    !headers.has('sec-websocket-extensions') &&
    !headers.has('sec-websocket-protocol')
  );
}

function isSwitching(head: string): boolean {
  return /^HTTP\/1\.1 101[ \r]/.test(head);
}
