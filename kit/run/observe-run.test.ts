import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { fromFunction } from '../../targets/function-target';
import { runConformance } from '../suite/run-conformance';
import { observeRun } from './observe-run';

const { HastyClient } = require('../suite/testing/hasty-client.cjs');
const hasty = fromFunction(({ url, ca }) => new HastyClient(url, ca), { name: 'hasty' });
const byWs = fromFunction(({ url, ca }) => new WebSocket(url, { ca }), { name: 'ws' });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lastword-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('keeps a bounded number of trials, those that show something first, and none of cases that nobody wants', async () => {
  const out = join(folder, 'run');
  const { report, cases } = await runConformance(hasty, {
    cases: ['freeze/answer-fin@tls13', 'control/close-without-answer@tls13'],
    out,
  });
  const [control, frozen] = cases;
  expect([control?.trials.length, frozen?.trials.length]).toEqual([1, 20]);
  expect(frozen?.trials[0]).toMatchObject({ judgement: { main: { outcome: 'lost' } }, messages: [{ name: 'A' }] });
  const few = await observeRun(out, report, { trialsPerCase: 3, wants: ({ id }) => id === 'freeze/answer-fin' });
  expect(few.cases.map(({ trials }) => trials.length)).toEqual([0, 3]);
});

it('carries no raw bytes', async () => {
  const { cases } = await runConformance(byWs, {
    cases: ['control/answer-then-linger@plain'],
    out: join(folder, 'run'),
  });
  expect(JSON.stringify(cases)).not.toContain('base64');
});
