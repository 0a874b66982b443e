import { exceptionOf, stateOfEntry, type BaselineEntry } from './baseline';
import type { CaseReport } from './report';

const entry: BaselineEntry = { case: 'freeze/answer-fin', target: 'ws', reason: 'issue 7' };

const verdict = (
  word: CaseReport['verdict'],
  variant = 'tls13',
  also: CaseReport['also'] = [],
): Pick<CaseReport, 'id' | 'variant' | 'verdict' | 'also'> => ({
  id: 'freeze/answer-fin',
  variant,
  verdict: word,
  also,
});

const decides = ({ variant }: { readonly variant: string }): boolean => variant !== 'plain';

it.each([
  ['violates', [], true],
  ['kit-fail', [], true],
  ['suspect', [], true],
  ['deviates', ['kit-fail'], true],
  ['inconclusive', [], false],
  ['conforms', [], false],
  ['deviates', [], false],
] as const)('%s, also %j: excused is %s', (word, also, isExcused) => {
  expect(exceptionOf([entry], 'ws', verdict(word, 'tls13', also))).toEqual(
    isExcused ? { reason: 'issue 7' } : undefined,
  );
});

it('excuses its own target, case and variant alone', () => {
  expect(exceptionOf([entry], 'undici', verdict('violates'))).toBeUndefined();
  expect(exceptionOf([{ ...entry, case: 'freeze/answer' }], 'ws', verdict('violates'))).toBeUndefined();
  const only = { ...entry, case: 'freeze/answer-fin@tls12', link: 'https://example.org/7' };
  expect(exceptionOf([only], 'ws', verdict('violates'))).toBeUndefined();
  expect(exceptionOf([only], 'ws', verdict('violates', 'a@tls12'))).toEqual({
    reason: 'issue 7',
    link: 'https://example.org/7',
  });
});

it.each([
  ['needed', [verdict('violates'), verdict('conforms', 'tls12')], ['freeze/answer-fin@tls13']],
  ['needed', [verdict('violates', 'plain'), verdict('conforms')], ['freeze/answer-fin@plain']],
  ['stale', [verdict('conforms'), verdict('conforms', 'tls12')], []],
  ['stale', [verdict('deviates')], []],
  ['open', [verdict('conforms'), verdict('inconclusive', 'tls12')], []],
  ['unused', [verdict('conforms', 'plain')], []],
  ['unused', [], []],
] as const)('is %s', (state, judged, excuses) => {
  expect(stateOfEntry(entry, judged, decides)).toEqual({ ...entry, state, excuses });
});
