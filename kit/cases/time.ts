/** Timing sweeps: the same answer and the same end, with a gap before the one or between the two. */
import { transports, type Case, type CasePart, type StepPlan, type Transport } from '../core/case';
import { ABANDON, close, CN, FIN, message, O, record, segment, W } from '../core/notation';

/** Gaps in µs: some shorter than a wake-up of the client takes, some longer than all that a machine does meanwhile. */
const gapsUs = [0, 100, 200, 500, ...[1, 2, 3, 5, 8, 10, 15, 20, 30, 50, 75, 100].map((ms) => ms * 1000)];

interface End {
  readonly name: string;
  readonly steps: readonly StepPlan[];
  readonly codes: readonly number[];
  readonly transports?: readonly Transport[];
}

const ends: readonly End[] = [
  { name: 'fin', steps: [segment(FIN)], codes: [1006] },
  { name: 'cn', steps: [segment(CN, FIN)], codes: [1006], transports: ['tls12', 'tls13'] },
  { name: 'close', steps: [segment(record(close(1000)), CN, FIN)], codes: [1000] },
  { name: 'abandon', steps: [segment(record(close(1000))), ABANDON], codes: [1000] },
];

/** `500us`, `3ms`, `1s`: how a gap stands in the name of a part. */
function nameOf(us: number): string {
  if (us % 1_000_000 === 0 && us > 0) return `${us / 1_000_000}s`;
  return us % 1000 === 0 ? `${us / 1000}ms` : `${us}us`;
}

const wait = (us: number): readonly StepPlan[] => (us === 0 ? [] : [W(us / 1000)]);

const afterGap = ({ name, steps, codes, transports: own }: End, us: number): CasePart => ({
  name: `${name}-${nameOf(us)}`,
  ...(own === undefined ? {} : { transports: own }),
  script: [O, segment(record(message('A'))), ...wait(us), ...steps],
  expect: { deliver: ['A'], close: { reported: 'must', codes } },
});

/** Delays in ms between the offer and the answer; 0: as soon as the last byte of the offer is read. */
const delaysMs = [0, 1, 5, 20, 100, 1000];

export const timeCases: readonly Case[] = [
  {
    id: 'time/answer-to-end-gap',
    title: 'Gap between the answer and the end',
    class: 'S',
    level: 'must',
    transports,
    basis: ['DELIVER'],
    exposes: 'A window in which answer and end land in one pass of the event loop.',
    messages: { A: { kind: 'answer' } },
    parts: ends.flatMap((end) => gapsUs.map((us) => afterGap(end, us))),
  },
  {
    id: 'time/offer-to-answer-gap',
    title: 'Delay before the answer',
    class: 'S',
    level: 'must',
    transports,
    basis: ['DELIVER'],
    exposes: 'The answer comes while the call that sent the offer, or that opened the connection, still runs.',
    messages: { A: { kind: 'answer' } },
    parts: delaysMs.map((ms) => ({
      name: nameOf(ms * 1000),
      script: [O, ...wait(ms * 1000), segment(record(message('A')), record(close(1000)), CN, FIN)],
      expect: { deliver: ['A'], close: { reported: 'must', codes: [1000] } },
    })),
  },
];
