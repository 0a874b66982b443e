/** Suites in a Jest of somebody else, which is another process: what runs, what fails, and what the failure says. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '../core/report';
import { link, newProject, type Ended, type Project } from './testing/project';
import { strictReport } from '../../reports/testing/strict-report';

const root = join(__dirname, '../..');
const jestProgram = [process.execPath, join(root, 'node_modules/jest/bin/jest.js')];
const controls = "cases: ['control/answer-then-linger', 'control/close-without-answer'], tls: ['1.3']";

let project: Project;
beforeEach(() => {
  project = newProject();
  link(project, root, ['ws', '@jest']);
  project.write({
    'package.json': '{ "name": "somebody" }',
    'jest.config.js':
      "module.exports = { testEnvironment: 'node', transform: {}, reporters: ['default', 'lastword/jest-reporter'] };",
    'hasty.js': readFileSync(join(__dirname, 'testing/hasty-client.cjs'), 'utf8'),
  });
});
afterEach(() => project[Symbol.dispose]());

const head = `
const { describeConformance } = require('lastword/jest');
const { fromFunction } = require('lastword/targets');
const { WebSocket } = require('ws');
const { HastyClient } = require('./hasty.js');
const ws = fromFunction(({ url, ca }) => new WebSocket(url, { ca }), { name: 'mine' });
const hasty = fromFunction(({ url, ca }) => new HastyClient(url, ca), { name: 'hasty' });
`;

function run(suite: string, ...args: readonly string[]): Promise<Ended> {
  project.write({ 'suite.test.js': `${head}${suite}` });
  return project.run([...jestProgram, '--verbose', ...args]);
}

function gathered(): Report {
  return strictReport(JSON.parse(readFileSync(join(project.folder, 'lastword-report/report.json'), 'utf8')) as Report);
}

const ids = (report: Report): readonly string[] => [
  ...new Set(report.targets.flatMap((target) => target.cases.map((each) => each.id))),
];

it('one test a case passes, leaves no handle open, and the reporter writes the run’s own report', async () => {
  const { status, output } = await run(`describeConformance(ws, { ${controls}, seed: 'a1' });`, '--detectOpenHandles');
  expect(output).toMatch(
    /lastword mine: profile all, tier quick, seed a1, report lastword-report\/\S+\/report\.json\n/,
  );
  expect(output).toMatch(/ {2}mine\n {4}✓ control\/answer-then-linger: Plain success/);
  expect(output).not.toMatch(/open handle|did not exit/);
  expect(status).toBe(0);
  const [folder = ''] = readdirSync(join(project.folder, 'lastword-report')).filter((name) => /^\d{8}-/.test(name));
  const text = (name: string): string => readFileSync(join(project.folder, 'lastword-report', name), 'utf8');
  expect(text('report.json')).toBe(text(`${folder}/report.json`));
  expect(text('summary.txt')).toContain('2 verdicts: 2 conforms');
});

it('a violation fails its test alone, points at the suite, and says everything', async () => {
  const suite = `describeConformance(hasty, { cases: ['freeze/answer-fin', 'control/close-without-answer'], tls: ['1.3'], trials: 3, seed: 'a1' });`;
  const { status, output } = await run(suite);
  expect(status).toBe(1);
  expect(output).toContain('✓ control/close-without-answer');
  expect(output).toContain('✕ freeze/answer-fin');
  expect(output).toMatch(/freeze\/answer-fin@tls13 violates \(report: lastword-report\/\S+\/report\.json\)/);
  expect(output).toMatch(
    /Expected {3}every verdict conforms, deviates, observed or not-applicable\n +Received {3}violates/,
  );
  expect(output).toContain('RFC 6455 §6.2');
  expect(output).toContain('Lost at');
  expect(output).toContain("LASTWORD_SEED=a1 npx jest suite.test.js -t 'hasty freeze/answer-fin:'");
  expect(output).toContain('░░░ frozen ░░░');
  expect(output).toMatch(/Evidence {3}lastword-report\/\d{8}-\d{6}-[0-9a-f]{8}\/trials\.ndjson/);
  expect(output).toContain(`> 8 | ${suite.slice(0, 30)}`);
  expect(output).toContain('lastword: verdicts that are no pass: hasty 1 of 2; report lastword-report/report.json');
});

it('an exception is expected not to conform, and one that does has to go', async () => {
  const suite = `
    describeConformance(hasty, { cases: ['freeze/answer-fin'], tls: ['1.3'], trials: 3, except: { 'freeze/answer-fin': 'issue 7' } });
    describeConformance(ws, { ${controls}, except: { 'control/answer-then-linger': 'issue 8' } });`;
  const { output } = await run(suite);
  expect(output).toContain('✓ freeze/answer-fin');
  expect(output).toContain('✕ control/answer-then-linger');
  expect(output).toContain(
    'Needless exception, take it out of `except`: control/answer-then-linger ("issue 8") conforms',
  );
  expect(gathered().targets.map(({ name }) => name)).toEqual(['hasty', 'mine']);
});

it.each<[string, string, readonly string[]]>([
  ['-t', `describeConformance(ws, { ${controls} });`, ['-t', 'close-without']],
  [
    '.skip',
    `describeConformance.skip(hasty); describeConformance(ws, { cases: ['control/close-without-answer'] });`,
    [],
  ],
  [
    '.only',
    `describeConformance(hasty); describeConformance.only(ws, { cases: ['control/close-without-answer'] });`,
    [],
  ],
])('%s runs the cases of the tests that run, and no others', async (_, suite, args) => {
  const { status, output } = await run(suite, ...args);
  expect(output).toMatch(/1 passed/);
  expect({ status, cases: ids(gathered()) }).toEqual({ status: 0, cases: ['control/close-without-answer'] });
});

it('two workers at once do not disturb each other', async () => {
  project.write({ 'other.test.js': `${head}describeConformance(ws, { ${controls} });` });
  const { status } = await run(`describeConformance(ws, { ${controls} });`, '--maxWorkers=2');
  expect({ status, targets: gathered().targets.map(({ name }) => name) }).toEqual({
    status: 0,
    targets: ['mine', 'mine (2)'],
  });
});

it.each<[string, string, string]>([
  [
    'an exception that names no case',
    "describeConformance(ws, { except: { 'freeze/answer-fim': 'x' } });",
    "`except` of describeConformance names 'freeze/answer-fim', which this suite does not have: did you mean 'freeze/answer-fin'?",
  ],
  [
    'an option that there is not',
    "describeConformance(ws, { tiers: 'deep' });",
    'describeConformance has no option `tiers`',
  ],
  [
    'a function that returns nothing',
    "describeConformance(fromFunction(() => {}, { name: 'none' }));",
    'target none: the function of the target returned nothing: it has to return the socket it made; write `fromFunction(',
  ],
  [
    'a simulated browser',
    `delete globalThis.setImmediate; describeConformance(ws, { ${controls} });`,
    'describeConformance needs the test environment of Node: put `/** @jest-environment node */` at the top of this file',
  ],
  [
    'fake timers',
    `jest.useFakeTimers(); describeConformance(ws, { ${controls} });`,
    'describeConformance needs real timers: this file fakes them. Write `jest.useRealTimers()`',
  ],
])('wrong use says what to write instead: %s', async (_, suite, message) => {
  const { status, output } = await run(suite);
  expect(status).toBe(1);
  expect(output.replaceAll(/\n\s*/g, ' ')).toContain(message);
});

it('a target that cannot be judged fails every test, and tells why', async () => {
  const suite = `describeConformance(require('lastword/targets').fromCommand([process.execPath, '-e', 'process.exit(3)'], { name: 'dead' }), { ${controls} });`;
  const { output } = await run(suite);
  expect(output).toMatch(/2 failed/);
  expect(output).toContain('the adapter of dead was not admitted');
});

it('`lastword/jest` loads fast, and nothing that only a run needs', async () => {
  project.write({
    'load.js': `
      globalThis.expect = { extend() {}, addSnapshotSerializer() {}, getState: () => ({}) }; globalThis.afterEach = () => {};
      const before = process.cpuUsage();
      require('lastword/jest');
      const { user, system } = process.cpuUsage(before);
      console.log(JSON.stringify({ ms: (user + system) / 1000, files: Object.keys(require.cache) }));`,
  });
  const loads: { readonly ms: number; readonly files: readonly string[] }[] = [];
  // Time of the processor, and the shortest of a few: what else the machine does is no part of it.
  for (let nth = 0; nth < 5; nth++) loads.push(JSON.parse((await project.run([process.execPath, 'load.js'])).output));
  const heavy = /zod|testcontainers|playwright|puppeteer|koffi|judge-|\/run\/|\/io\/|\/cases\//;
  expect(loads[0]?.files.filter((file) => heavy.test(file))).toEqual([]);
  expect(Math.min(...loads.map(({ ms }) => ms))).toBeLessThan(100);
});
