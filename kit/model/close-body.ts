/** The body of a Close frame, read as a client reads it. RFC 6455 §5.5.1, §7.4. */
import { isUtf8 } from './message-reader';
import type { Switches } from './switches';

export type CloseBody =
  | { readonly kind: 'close'; readonly code: number; readonly reason: string; readonly isReserved: boolean }
  /** The connection has to be failed with this code. */
  | { readonly kind: 'illegal'; readonly code: number };

/** RFC 6455 §7.4.1, §7.4.2 and the IANA registry: the codes that an endpoint may send. */
function isSendable(code: number): boolean {
  if (code >= 3000) return code < 5000;
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014);
}

export function readCloseBody(payload: Buffer, switches: Switches): CloseBody {
  // RFC 6455 §7.1.5: 1005 stands for a Close without a code.
  if (payload.length === 0) return { kind: 'close', code: 1005, reason: '', isReserved: false };
  if (payload.length === 1) return { kind: 'illegal', code: 1002 };
  const code = payload.readUInt16BE(0);
  const text = payload.subarray(2, switches.reasonBytes === undefined ? undefined : 2 + switches.reasonBytes);
  if (!isSendable(code) && switches.passesReservedCodes !== true) return { kind: 'illegal', code: 1002 };
  if (!isUtf8(text) && switches.lossyReason !== true && switches.reasonBytes === undefined) {
    return { kind: 'illegal', code: 1007 };
  }
  return { kind: 'close', code, reason: text.toString('utf8'), isReserved: !isSendable(code) };
}
