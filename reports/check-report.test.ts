import { KitError } from '../kit/core/kit-error';
import { findInReport, readReport } from './check-report';
import { sampleReport } from './testing/sample';

const refusal = (value: unknown): string => {
  try {
    readReport(typeof value === 'string' ? value : JSON.stringify(value), 'r.json');
  } catch (error) {
    if (error instanceof KitError) return `${error.code} ${error.message}`;
    throw error;
  }
  return 'accepted';
};

it('reads a report', () => {
  expect(readReport(JSON.stringify(sampleReport), 'r.json')).toEqual(sampleReport);
});

it('reads one with fields that a later kit of the same major added', () => {
  expect(refusal({ ...sampleReport, later: 1, run: { ...sampleReport.run, later: 1 } })).toBe('accepted');
});

it.each([
  ['{', /^REPORT `r\.json` is no report: it is no JSON/],
  [[], /^REPORT `r\.json` is no report: its field `schema` is not lastword\/report\/1/],
  [{ schema: 'other/1' }, /its field `schema` is not lastword\/report\/1/],
  [{ ...sampleReport, schema: 'lastword/report/2' }, /is of schema lastword\/report\/2, and this kit reads/],
  [{ ...sampleReport, targets: undefined }, /is no valid report: must have required property 'targets'/],
  [{ ...sampleReport, suite: { ...sampleReport.suite, tier: 'endless' } }, /\/suite\/tier must be equal to one of/],
])('refuses %#', (value, why) => {
  expect(refusal(value)).toMatch(why);
});

it('finds nothing wrong in a valid one', () => {
  expect(findInReport(sampleReport)).toBeUndefined();
});
