import { caseReport, violated } from '../matchers/testing/observe';
import { compareCases, sayingKeyOf } from './verdicts';

const excused = { exception: { reason: 'issue 7' } } as const;

it.each([
  ['the transport', true, { variant: 'tls12' }],
  ['the numbers', true, { trials: { planned: 20, valid: 20, violating: 1, inconclusive: 0 } }],
  ['the case', false, { id: 'rst/late' }],
  ['the verdict', false, { verdict: 'suspect' }],
  ['what else holds', false, { also: ['kit-fail'] }],
  ['the layer', false, { lossLayer: 'socket' }],
  ['the excuse', false, excused],
] as const)('apart from %s it says the same: %s', (_, isSame, change) => {
  expect(sayingKeyOf(caseReport({ ...violated, ...change })) === sayingKeyOf(caseReport(violated))).toBe(isSame);
});

it('puts first what somebody has to act on', () => {
  const all = [
    caseReport({ verdict: 'conforms', id: 'conforms' }),
    caseReport({ ...violated, id: 'excused', ...excused }),
    caseReport({ verdict: 'deviates', id: 'deviates' }),
    caseReport({ verdict: 'suspect', id: 'suspect' }),
    caseReport({ verdict: 'kit-fail', id: 'kit-fail' }),
    caseReport({ ...violated, id: 'violates' }),
    caseReport({ ...violated, also: ['kit-fail'], id: 'both' }),
  ];
  expect(all.sort(compareCases).map((each) => each.id)).toEqual([
    'both',
    'violates',
    'kit-fail',
    'suspect',
    'excused',
    'deviates',
    'conforms',
  ]);
});
