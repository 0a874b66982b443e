import { caseReport } from '../matchers/testing/observe';
import { sweepsOf, valueIn } from './sweep';

it.each([
  ['5ms', { series: '', unit: 'ms', value: 5 }],
  ['fin-0.5ms', { series: 'fin', unit: 'ms', value: 0.5 }],
  ['cn-fin-1s', { series: 'cn-fin', unit: 's', value: 1 }],
  ['64KiB', { series: '', unit: 'KiB', value: 64 }],
  ['1000', undefined],
  ['a10-2', undefined],
  ['duty10', undefined],
  ['items', undefined],
  ['', undefined],
])('finds the value in %j', (name, expected) => {
  expect(valueIn(name)).toEqual(expected);
});

const trials = (valid: number, violating: number) => ({ planned: 20, valid, violating, inconclusive: 0 });

it('makes a curve of variants, in the unit of most, ascending', () => {
  const all = [
    caseReport({ variant: '1s@tls13', trials: trials(20, 0) }),
    caseReport({ variant: '5ms@tls13', trials: trials(20, 10) }),
    caseReport({ variant: '0ms@tls13', trials: trials(20, 20) }),
    caseReport({ variant: '5ms@plain', trials: trials(0, 0) }),
  ];
  expect(sweepsOf(all)).toEqual([
    {
      series: '',
      unit: 'ms',
      values: [0, 5, 1000],
      lines: [
        {
          transport: 'tls13',
          points: [
            { value: 0, valid: 20, violating: 20, rate: { observed: 1, lower: expect.closeTo(0.832, 3), upper: 1 } },
            {
              value: 5,
              valid: 20,
              violating: 10,
              rate: { observed: 0.5, lower: expect.closeTo(0.272, 3), upper: expect.closeTo(0.728, 3) },
            },
            { value: 1000, valid: 20, violating: 0, rate: { observed: 0, lower: 0, upper: expect.closeTo(0.168, 3) } },
          ],
        },
        { transport: 'plain', points: [undefined, { value: 5, valid: 0, violating: 0 }, undefined] },
      ],
    },
  ]);
});

it('makes a curve of the parts of one variant', () => {
  const parts = {
    '1ms': { valid: 7, violating: 6 },
    '2ms': { valid: 7, violating: 3 },
    '5ms': { valid: 6, violating: 0 },
  };
  const [sweep, ...others] = sweepsOf([caseReport({ variant: 'tls12', parts })]);
  expect(others).toEqual([]);
  expect(sweep?.lines.map(({ transport, points }) => [transport, points.map((each) => each?.violating)])).toEqual([
    ['tls12', [6, 3, 0]],
  ]);
});

it('keeps apart what is told apart by more than the value', () => {
  const all = ['fin-1ms', 'fin-2ms', 'fin-3ms', 'cn-1ms', 'cn-2ms', 'cn-3ms', 'b'].map((name) =>
    caseReport({ variant: `${name}@tls13` }),
  );
  expect(sweepsOf(all).map(({ series, values }) => [series, values])).toEqual([
    ['fin', [1, 2, 3]],
    ['cn', [1, 2, 3]],
  ]);
});

it('makes none of two values', () => {
  expect(sweepsOf(['1ms@tls13', '2ms@tls13'].map((variant) => caseReport({ variant })))).toEqual([]);
});
