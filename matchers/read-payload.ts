import type { RecordedMessage } from '../kit/core/observation';
import { asBytes } from './payload-bytes';

/**
 * A message as a socket handed it over: text, a Buffer or ArrayBuffer or view, the fragments of one, or a Blob, which
 * takes time. Bytes are copied: what the socket does with its buffer later changes nothing.
 *
 * @param isBinary what `ws` says beside the data, which it gives as bytes in either case; undefined: bytes are binary
 */
export function readPayload(data: unknown, isBinary: boolean | undefined): RecordedMessage | Promise<RecordedMessage> {
  if (typeof data === 'string') return textMessage(data);
  const bytes = asBytes(data) ?? joined(data);
  if (bytes !== undefined) return bytesMessage(bytes, isBinary);
  if (isBlob(data)) return readBlob(data, isBinary);
  const what = data === null ? 'null' : typeof data;
  return { event: 'message', type: 'binary', length: 0, unreadable: `its data is neither text nor bytes but ${what}` };
}

function textMessage(data: string): RecordedMessage {
  return { event: 'message', type: 'text', length: Buffer.byteLength(data, 'utf8'), data };
}

function bytesMessage(bytes: Uint8Array, isBinary: boolean | undefined): RecordedMessage {
  if (isBinary === false) return textMessage(Buffer.from(bytes).toString('utf8'));
  return { event: 'message', type: 'binary', length: bytes.length, bytes: Buffer.from(bytes) };
}

/** `ws` with `binaryType = 'fragments'` gives a list of Buffers. */
function joined(data: unknown): Uint8Array | undefined {
  if (!Array.isArray(data)) return undefined;
  const parts = data.flatMap((each: unknown) => asBytes(each) ?? []);
  return parts.length === data.length ? Buffer.concat(parts) : undefined;
}

interface BlobLike {
  readonly size: number;
  arrayBuffer(): Promise<ArrayBuffer>;
}

function isBlob(data: unknown): data is BlobLike {
  return typeof data === 'object' && data !== null && 'arrayBuffer' in data && typeof data.arrayBuffer === 'function';
}

async function readBlob(blob: BlobLike, isBinary: boolean | undefined): Promise<RecordedMessage> {
  try {
    return bytesMessage(new Uint8Array(await blob.arrayBuffer()), isBinary);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { event: 'message', type: 'binary', length: blob.size, unreadable: `reading its Blob failed: ${why}` };
  }
}
