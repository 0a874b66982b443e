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

const asked = ['tls12', 'tls13'].map((variant) => ({ id: 'freeze/answer-fin', variant }));

it.each([
  ['needed', [verdict('violates'), verdict('conforms', 'tls12')], ['freeze/answer-fin@tls13']],
  ['needed', [verdict('violates'), verdict('not-applicable', 'tls12')], ['freeze/answer-fin@tls13']],
  ['stale', [verdict('conforms'), verdict('conforms', 'tls12')], []],
  ['stale', [verdict('deviates'), verdict('observed', 'tls12')], []],
  ['open', [verdict('conforms'), verdict('inconclusive', 'tls12')], []],
  // A machine without what it takes, such as netem, has judged nothing.
  ['open', [verdict('not-applicable'), verdict('not-applicable', 'tls12')], []],
  ['open', [verdict('conforms'), verdict('not-applicable', 'tls12')], []],
  // A run of `--tls 1.3` has judged a part of what is named.
  ['open', [verdict('conforms')], []],
  // A failure that is a diagnosis fails no run, so that nothing has to be excused once TLS conforms.
  [
    'stale',
    [verdict('violates', 'plain'), verdict('conforms'), verdict('conforms', 'tls12')],
    ['freeze/answer-fin@plain'],
  ],
  ['open', [verdict('violates', 'plain'), verdict('conforms')], ['freeze/answer-fin@plain']],
  ['needed', [verdict('violates', 'plain'), verdict('inconclusive')], ['freeze/answer-fin@plain']],
  ['needed', [verdict('violates', 'plain')], ['freeze/answer-fin@plain']],
  ['unused', [verdict('conforms', 'plain')], []],
  ['unused', [], []],
] as const)('is %s: %#', (state, judged, excuses) => {
  expect(stateOfEntry(entry, judged, { decides, asked, isShare: false })).toEqual({ ...entry, state, excuses });
});

it('is stale where all that its own variant names was judged', () => {
  const only = { ...entry, case: 'freeze/answer-fin@tls13' };
  expect(stateOfEntry(only, [verdict('conforms')], { decides, asked, isShare: false }).state).toBe('stale');
});

it('is stale in no share: another may need it', () => {
  const all = [verdict('conforms'), verdict('conforms', 'tls12')];
  expect(stateOfEntry(entry, all, { decides, asked, isShare: true }).state).toBe('open');
});
