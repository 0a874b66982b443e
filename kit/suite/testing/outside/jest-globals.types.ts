import { expect } from '@jest/globals';
import { playCase, runConformance, type ObservedRun } from 'lastword';
import { describeConformance, record } from 'lastword/jest-globals';
import { JestReporter } from 'lastword/reports';
import { builtIn, fromCommand, fromFunction, fromManifest } from 'lastword/targets';
import { WebSocket } from 'ws';

/** Never called, but by the compiler. */
export async function types(): Promise<void> {
  describeConformance(builtIn('ws@8.18.0'), { profile: 'smoke', tls: ['1.2', 'plain'] });
  describeConformance.only(fromCommand(['python3', 'adapter.py'], { name: 'mine', env: { A: 'b' } }));
  describeConformance.skip(fromManifest('./my-client'));
  const run: ObservedRun = await runConformance('ws', { profile: 'core', workers: 2 });
  await expect(run).toConform({ profile: 'core', except: { 'freeze/answer-fin': 'issue 7' } });
  const kase = await playCase(
    fromFunction(({ url, ca, signal }) => new WebSocket(url, { ca, signal })),
    'freeze/answer-fin@tls13',
  );
  await expect(kase).toLoseAtMost(0.05);
  await expect(record(new WebSocket('ws://localhost'))).toSettle();
  new JestReporter({ rootDir: '.' }, { outputFolder: 'out' }).onRunStart();
  // @ts-expect-error -- no such TLS version
  describeConformance('ws', { tls: ['1.1'] });
  // @ts-expect-error -- a target is missing
  describeConformance();
  // @ts-expect-error -- an id is a text
  await playCase('ws', 5);
  // @ts-expect-error -- a target has no rate
  await expect(builtIn('ws')).toLoseAtMost(0.05);
  // @ts-expect-error -- what a function is given has no host
  fromFunction(({ host }) => new WebSocket(host));
}
