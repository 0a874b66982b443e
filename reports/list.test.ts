import { findReporters, reporters } from './list';
import { caseReport, targetReport, violated } from '../matchers/testing/observe';
import { hostile, sampleInput, sampleReport } from './testing/sample';

it('finds reporters by name, each once, behind commas as well', () => {
  expect(findReporters(['junit, badge', 'terminal', 'junit']).map((each) => each.name)).toEqual([
    'junit',
    'badge',
    'terminal',
  ]);
});

it('names all where one is unknown', () => {
  expect(() => findReporters(['junit', 'pdf'])).toThrow(
    '`--reporter pdf`: there is no such reporter; there are terminal, html, junit, markdown, ctrf, github, badge, json',
  );
});

it.each(reporters.map((each) => [each.name, each] as const))('%s changes nothing and is the same twice', (_, each) => {
  const before = JSON.stringify(sampleInput.report);
  expect(each.render(sampleInput)).toBe(each.render(sampleInput));
  expect(JSON.stringify(sampleInput.report)).toBe(before);
});

// What a terminal, a log viewer or a reader would obey: controls (C0, C1), zero-width and bidirectional characters.
// oxlint-disable-next-line no-control-regex -- none may be there
const obeyed = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/;

it.each(reporters.map((each) => [each.name, each] as const))('%s lets through nothing that is obeyed', (_, each) => {
  const entry = {
    case: hostile,
    target: hostile,
    reason: hostile,
    link: hostile,
    state: 'stale',
    excuses: [],
  } as const;
  const excused = caseReport({
    ...violated,
    exception: { reason: hostile, link: hostile },
    variant: `${hostile}@tls12`,
  });
  const odd = caseReport({ id: hostile, ...violated, rows: { [hostile]: 1 }, inconclusive: {}, class: hostile });
  const report = {
    ...sampleReport,
    run: { ...sampleReport.run, label: hostile, seed: hostile, id: hostile },
    suite: { ...sampleReport.suite, profile: hostile, version: hostile },
    environment: { ...sampleReport.environment, limits: [hostile], kernel: hostile, path: hostile },
    baseline: [entry],
    targets: [...sampleReport.targets, targetReport([excused, odd], { name: `${hostile}2` })],
  };
  const text = each.render({ ...sampleInput, report });
  expect(obeyed.exec(text)).toBeNull();
  expect(text).not.toBe('');
});

it('finds the trials of a client whatever it calls itself', () => {
  const junit = reporters.find((each) => each.name === 'junit')?.render(sampleInput) ?? '';
  // One of a client with a plain name, and one of a client with a hostile one, are drawn.
  expect(junit.match(/│ client\n/g)?.length).toBe(2);
});
