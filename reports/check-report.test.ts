import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KitError } from '../kit/core/kit-error';
import { findInReport, readReport } from './check-report';
import { compareReports, statusOfComparison } from './compare';
import { reporters } from './list';
import { sampleInput, sampleReport } from './testing/sample';

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

// The file is what the first kit of this major wrote, and is never changed: what came later has to be optional.
it('reads a report of the first kit of the same major, which every reporter and a comparison can tell', () => {
  const text = readFileSync(join(__dirname, 'testing/first-report.json'), 'utf8');
  const first = readReport(text, 'r.json');
  expect(first).toEqual(JSON.parse(text));
  for (const each of reporters) expect(each.render({ ...sampleInput, report: first })).toMatch(/violat/i);
  expect(statusOfComparison(compareReports(first, first))).toBe(0);
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
