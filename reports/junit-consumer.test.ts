/** JUnit XML as those read it who show it: junitparser, which GitHub's test-result actions are built on. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { caseReport, report, targetReport, violated } from '../matchers/testing/observe';
import { renderJunit } from './junit';
import { sampleInput } from './testing/sample';
import { strictReport } from './testing/strict-report';

// Debian's own Python has Debian's packages; another may stand before it.
const python = ['/usr/bin/python3', 'python3'].find(
  (each) => spawnSync(each, ['-c', 'import junitparser']).status === 0,
);
if (python === undefined && process.env['CI'] !== undefined)
  throw new Error('junitparser is missing: install the package python3-junitparser');
if (python === undefined)
  console.warn('skipped: JUnit read by junitparser, which is missing (package python3-junitparser)');
const withConsumer = python === undefined ? it.skip : it;

const script = `
import json, sys
from junitparser import JUnitXml
def told(case):
    kinds = [(type(r).__name__.lower(), r.type, r.message, r.text) for r in case.result]
    return {'class': case.classname, 'name': case.name, 'result': kinds, 'out': case.system_out}
suites = JUnitXml.fromfile(sys.argv[1])
print(json.dumps([{'name': s.name, 'counts': [s.tests, s.failures, s.errors, s.skipped], 'cases': [told(c) for c in s]} for s in suites]))
`;

interface ReadSuite {
  readonly name: string;
  readonly counts: readonly number[];
  readonly cases: readonly {
    readonly class: string;
    readonly name: string;
    readonly result: readonly (readonly [
      kind: string,
      type: string | null,
      message: string | null,
      text: string | null,
    ])[];
    readonly out: string | null;
  }[];
}

const folder = mkdtempSync(join(tmpdir(), 'lastword-junit-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function read(xml: string): readonly ReadSuite[] {
  const file = join(folder, 'junit.xml');
  writeFileSync(file, xml);
  const { status, stdout, stderr } = spawnSync(python ?? '', ['-c', script, file], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as readonly ReadSuite[];
}

withConsumer('counts what it counts, and finds every verdict under a name of its own', () => {
  const suites = read(renderJunit(sampleInput));
  expect(suites.map(({ name, counts }) => [name === 'ws' || name === 'refused' ? name : 'hostile', counts])).toEqual([
    ['ws', [6, 1, 1, 2]],
    ['hostile', [1, 1, 0, 0]],
    ['refused', [1, 0, 1, 0]],
  ]);
  const keys = suites.flatMap(({ cases }) => cases.map((each) => `${each.class} ${each.name}`));
  expect(new Set(keys).size).toBe(keys.length);
  expect(keys.slice(0, 2)).toEqual(['ws.freeze answer-fin@tls13', 'ws.control answer-then-linger@tls13']);
});

withConsumer('finds in the text of a failure all that is needed, also where no message is shown', () => {
  const [result] = read(renderJunit(sampleInput))[0]?.cases[0]?.result ?? [];
  const [kind, type, message, text] = result ?? [];
  expect([kind, type]).toEqual(['failure', 'violates']);
  expect(message).toMatch(/^In 16 of 20 trials a message that had reached the client/);
  expect(text).toContain(message);
  expect(text).toContain('Replay: lastword run ws --case freeze/answer-fin@tls13 --seed 1');
});

withConsumer('finds why something was skipped', () => {
  const cases = [
    caseReport({ id: 'sig/ack', verdict: 'not-applicable', phrase: 'The client does not offer react-send.' }),
    caseReport({ ...violated, variant: 'plain' }),
    caseReport({ ...violated, exception: { reason: 'fixed in 8.19' } }),
  ];
  const input = { ...sampleInput, report: strictReport(report([targetReport(cases)])), trials: new Map() };
  const read1 = read(renderJunit(input))[0]?.cases.map(({ result }) => result[0]?.slice(0, 3)) ?? [];
  expect(read1).toEqual([
    ['skipped', null, 'The client does not offer react-send.'],
    ['skipped', null, expect.stringMatching(/^Plain ws: is a diagnosis, violates: In 16 of 20 trials/)],
    ['skipped', null, 'fixed in 8.19'],
  ]);
});

withConsumer('reads hostile words as words', () => {
  const [, suite] = read(renderJunit(sampleInput));
  const [kase] = suite?.cases ?? [];
  // What does not print is shown; and XML has no words for it at all.
  expect(kase?.result[0]?.[2]).toContain('<script>alert(1)</script> "\'&]]>|`![x](javascript:1) ::error::x');
  expect(kase?.result[0]?.[2]).toContain('\\u{1b}[31m\\u{0}\\u{202e}');
  expect(kase?.result[0]?.[3]).toContain('<script>alert(1)</script>');
});
