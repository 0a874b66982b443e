import { findReporters, reporters } from './list';
import { sampleInput } from './testing/sample';

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
