/** The opening handshake as a server sees it, RFC 6455 §4.2: the request read, the 101 written. */
import { createHash } from 'node:crypto';

/** RFC 6455 §1.3: the GUID that proves that a server understood the request. */
const guid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** A request head, bounded: at most 16 KiB and 100 header fields are read. */
export interface RequestHead {
  readonly method: string;
  /** As sent, with its query. */
  readonly path: string;
  /** Names in lower case; of repeated fields the values joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /** Where the bytes behind the head begin. */
  readonly bytes: number;
}

export const maxHeadBytes = 16384;

/** Reads a request head; `undefined` while it is incomplete, `'bad'` where it is none. */
export function parseRequestHead(bytes: Uint8Array): RequestHead | 'bad' | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = buffer.indexOf('\r\n\r\n');
  // The bound is the same however the bytes were cut: the blank line begins within it, or the head is refused.
  if (end < 0) return buffer.length >= maxHeadBytes + 4 ? 'bad' : undefined;
  if (end > maxHeadBytes) return 'bad';
  const [requestLine = '', ...lines] = buffer.toString('latin1', 0, end).split('\r\n');
  const match = /^([A-Z]{1,16}) (\S{1,4096}) HTTP\/1\.[01]$/.exec(requestLine);
  if (!match || lines.length > 100) return 'bad';
  const headers: Record<string, string> = Object.create(null);
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon <= 0) return 'bad';
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  return { method: match[1] ?? '', path: match[2] ?? '', headers, bytes: end + 4 };
}

/** `Sec-WebSocket-Accept` for a `Sec-WebSocket-Key`. @see RFC 6455 §4.2.2 item 5.4 */
export function acceptKey(key: string): string {
  return createHash('sha1')
    .update(key + guid)
    .digest('base64');
}

/** Whether a request asks for a WebSocket: RFC 6455 §4.2.1 items 1 to 6, as far as a reply needs them. */
export function isUpgrade(head: RequestHead): boolean {
  return (
    head.method === 'GET' &&
    /\bwebsocket\b/i.test(head.headers['upgrade'] ?? '') &&
    (head.headers['sec-websocket-key'] ?? '') !== ''
  );
}

/** The bytes of the 101 that a record carries: all of them, or those from `from` to `to`, negative from the end. */
export function responseBytes(
  head: RequestHead,
  { from, to, defect }: { readonly from?: number; readonly to?: number; readonly defect?: ResponseDefect },
): Buffer {
  return buildResponse(head, defect).subarray(from, to);
}

/**
 * What is wrong with a 101, RFC 6455 §4.1: the value of `Sec-WebSocket-Accept` (item 4), no `Upgrade` (2), no
 * `Connection` (3), an extension (5) or a subprotocol (6) that no client offers; `half`: it breaks off in the middle.
 */
export type ResponseDefect =
  'wrong-accept' | 'no-upgrade' | 'no-connection' | 'unoffered-extension' | 'unoffered-subprotocol' | 'half';

/**
 * The 101 response for a request; no extension is ever negotiated, a subprotocol where the client offered one. With a
 * defect it is the same but for that.
 */
export function buildResponse(head: RequestHead, defect?: ResponseDefect): Buffer {
  const offered = (head.headers['sec-websocket-protocol'] ?? '').split(',')[0]?.trim() ?? '';
  const subprotocol = defect === 'unoffered-subprotocol' ? unoffered : isToken(offered) ? offered : '';
  const key = head.headers['sec-websocket-key'] ?? '';
  const response = Buffer.from(
    [
      'HTTP/1.1 101 Switching Protocols',
      ...(defect === 'no-upgrade' ? [] : ['Upgrade: websocket']),
      ...(defect === 'no-connection' ? [] : ['Connection: Upgrade']),
      // A well-formed value, and that of another key.
      `Sec-WebSocket-Accept: ${acceptKey(defect === 'wrong-accept' ? `${key}, another` : key)}`,
      ...(defect === 'unoffered-extension' ? [`Sec-WebSocket-Extensions: ${unoffered}`] : []),
      ...(subprotocol === '' ? [] : [`Sec-WebSocket-Protocol: ${subprotocol}`]),
      '',
      '',
    ].join('\r\n'),
    'latin1',
  );
  return defect === 'half' ? response.subarray(0, response.length >> 1) : response;
}

/** A name that no client offers as an extension or as a subprotocol. */
const unoffered = 'x-lastword-unoffered';

function isToken(text: string): boolean {
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}$/.test(text);
}

/** An answer that is no 101, with a body. */
export function buildRefusal(answer: {
  readonly status: number;
  readonly phrase: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
}): Buffer {
  const { status, phrase, headers, body } = answer;
  const lines = [
    `HTTP/1.1 ${status} ${phrase}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    'Content-Type: application/octet-stream',
    `Content-Length: ${body.length}`,
    '',
    '',
  ];
  return Buffer.concat([Buffer.from(lines.join('\r\n'), 'latin1'), body]);
}
