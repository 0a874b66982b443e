/** Recordings as literals: times in µs from the offer. */
import type { RecordingMode, ServerEvent, ServerRecording } from '../server-recording';

type Event = ServerEvent extends infer Each ? (Each extends ServerEvent ? Omit<Each, 'atNs'> : never) : never;

export const offer: Event = { kind: 'sent', what: 'offer' };
export const echo: Event = { kind: 'sent', what: 'close' };
export const ownFin: Event = { kind: 'sent', what: 'fin' };
export const fin: Event = { kind: 'fin' };
export const reset: Event = { kind: 'reset' };
export const notify = (record: number): Event => ({ kind: 'close-notify', record });
export const close = (record: number, code = 1000): Event => ({ kind: 'close', record, code, reason: '' });
export const answer = (record: number, bytes = 1046): Event => ({
  kind: 'message',
  record,
  bytes,
  binary: false,
  excerpt: '{"type":"answer"',
});

/** @param steps pairs of a time in µs and what happened */
export function recordingOf(
  mode: RecordingMode,
  steps: readonly (readonly [number, Event])[],
  more: Partial<ServerRecording> = {},
): ServerRecording {
  return {
    mode,
    tls: { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' },
    records: [],
    endedByClient: false,
    events: steps.map(([atUs, event]) => ({ ...event, atNs: atUs * 1000 })),
    ...more,
  };
}
