/** The opening handshake as a client sees it: the request written, the 101 read. RFC 6455 §4.1. */
import { acceptKey } from '../core/handshake';

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
  | { readonly kind: 'refused' }
  /** `bytes`: where what lies behind the head begins. */
  | { readonly kind: 'accepted'; readonly bytes: number };

/** Reads the head of the response as far as it has come. */
export function readResponse(bytes: Buffer, key: string): Response {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return bytes.length > 16_384 ? { kind: 'refused' } : { kind: 'incomplete' };
  const [status = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const headers = new Map(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const isAccepted =
    /^HTTP\/1\.1 101(?: |$)/.test(status) &&
    headers.get('upgrade')?.toLowerCase() === 'websocket' &&
    /\bupgrade\b/i.test(headers.get('connection') ?? '') &&
    headers.get('sec-websocket-accept') === acceptKey(key) &&
    !headers.has('sec-websocket-extensions');
  return isAccepted ? { kind: 'accepted', bytes: end + 4 } : { kind: 'refused' };
}
