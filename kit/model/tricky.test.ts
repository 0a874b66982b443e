import { trickyClients } from './tricky';
import { conforming } from './subject';
import { accusationsOf, judgeEverywhere } from './testing/judge-subject';

/** Where a tricky client is neither convicted nor passed, and why. */
const undecided: Readonly<Record<string, { readonly because: string; readonly cases: readonly string[] }>> = {
  't01-slow': {
    because: 'not applicable: at the speed that it declares megabytes take it hours',
    cases: ['large/one-to-sixteen-mib', 'large/zero-window-then-fin'],
  },
  't10-small-limit': {
    because: 'observed: it refuses megabytes with 1009',
    cases: ['large/one-to-sixteen-mib', 'large/zero-window-then-fin'],
  },
  't04-drops-on-rst': {
    because: 'observed: RFC 9293 §3.10.7.4 permits it',
    cases: ['rst/answer-acked-then-rst', 'rst/unread-offer'],
  },
  't06-whatwg-closing': {
    because: 'inconclusive: it is gone when the second message comes',
    cases: [
      'hs/message-with-101',
      'burst/hundred-one-record',
      'burst/thousand-records-fin',
      'burst/mixed-types',
      'burst/slow-handler',
      'sig/answer-trickle-close',
      'sig/answer-bye-fin',
    ],
  },
  't07-exits-on-answer': {
    because: 'inconclusive: it is gone when the second message comes',
    cases: [
      'hs/message-with-101',
      'burst/hundred-one-record',
      'burst/thousand-records-fin',
      'burst/mixed-types',
      'burst/slow-handler',
      'sig/answer-trickle-close',
      'sig/answer-bye-fin',
    ],
  },
  't23-keepalive-on-wake': { because: 'observed: its own timeout came first', cases: ['freeze/timers-expired'] },
};

it('the conforming client passes every part of every case on every transport', () => {
  const judged = judgeEverywhere(conforming);
  const others = judged.filter(({ judgement }) => judgement.main.outcome !== 'pass' || judgement.also.length > 0);
  expect(judged.length).toBeGreaterThan(200);
  expect(others.map(({ case: id, variant, judgement }) => [id, variant, judgement])).toEqual([]);
});

describe.each(trickyClients.map((client) => [client.id, client] as const))('%s', (id, client) => {
  const judged = judgeEverywhere(client);

  it('is accused of nothing, not even of a SHOULD', () => {
    expect(judged.flatMap(accusationsOf)).toEqual([]);
  });

  it('passes every case but those whose reason is known', () => {
    const others = judged.filter(({ judgement }) => judgement.main.outcome !== 'pass');
    const cases = [...new Set(others.map((each) => each.case))].sort();
    expect(cases).toEqual([...(undecided[id]?.cases ?? [])].sort());
  });
});
