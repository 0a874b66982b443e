/** What a `message` event says of a payload. */
import { createHash } from 'node:crypto';
import type { ClientEvent } from '../kit/core/adapter-event';

/** Longest text that is reported as it is, in bytes of UTF-8. */
const plainBytes = 4096;

/** A text as it is where it is short; else, as bytes always, by its length and SHA-256. */
export function messageOf(data: string | Uint8Array): ClientEvent {
  const bytes = Buffer.from(data);
  if (typeof data === 'string' && bytes.length <= plainBytes) return { event: 'message', type: 'text', data };
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { event: 'message', type: typeof data === 'string' ? 'text' : 'binary', length: bytes.length, sha256 };
}
