/** The close as the client reports it. RFC 6455 §7.1.4, §7.1.5. */
import type { ModelEvent } from './host';
import type { Switches } from './switches';

/** The first Close that came. */
export interface Received {
  readonly code: number;
  readonly reason: string;
}

/** @param received undefined where no Close came, which is 1006 */
export function closeEvent(received: Received | undefined, isClean: boolean, switches: Switches): ModelEvent {
  const { hidesCode, alwaysClean, confusesCodes } = switches;
  if (hidesCode) return { kind: 'close', code: null, reason: null, wasClean: null };
  const { code, reason } = received ?? { code: 1006, reason: '' };
  return {
    kind: 'close',
    code: confusesCodes ? confuse(code) : code,
    reason,
    wasClean: alwaysClean === true || isClean,
  };
}

function confuse(code: number): number {
  if (code === 1005 || code === 1006) return 1000;
  const isKnown = (code >= 1000 && code <= 1011) || code >= 3000;
  return isKnown ? code : 1006;
}
