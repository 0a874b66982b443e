/** `lastword check-adapter -- CMD ARGS`: tells somebody who writes an adapter what the kit thinks of it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { transports } from '../core/case';
import { KitError } from '../core/kit-error';
import { nonceOf } from '../core/message';
import { AdapterRefusal } from '../core/target';
import { showText } from '../core/timeline-text';
import type { Trial } from '../core/trial';
import { gateCase } from '../cases/control';
import { StallMonitor } from '../io/clock';
import { startEmbeddedEndpoint } from '../io/embedded-endpoint';
import { closeGuard, guardFolder } from '../io/guard';
import { AdapterHost } from '../run/adapter-host';
import { admit } from '../run/admission';
import { judgeObservation, newTargetFacts } from '../run/judge-run';
import { runTrial, SignalRouter, type TrialContext } from '../run/run-trial';
import { exitStatus } from './exit-status';
import { findTargets, type TargetWords } from './find-targets';
import { openPlace } from './open-place';

/** Proves an adapter step by step and says what it found; 0 where the kit would admit it. */
export async function checkAdapterCommand(words: TargetWords): Promise<number> {
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort());
  process.once('SIGTERM', () => controller.abort());
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  const given =
    words.names.length +
    (words.exec?.length ?? 0) +
    (words.image?.length ?? 0) +
    ((words.command?.length ?? 0) > 0 ? 1 : 0);
  if (given > 1) throw new KitError('TARGET_TWICE', '`check-adapter` looks at one adapter at a time: name one');
  await using place = await openPlace({}, await findTargets(words, { signal: controller.signal, log: say }), say);
  const [found] = place.targets;
  if (found === undefined) return exitStatus.usage;
  const endpoint = await (place.startEndpoint ?? startEmbeddedEndpoint)();
  const scratch = mkdtempSync(join(tmpdir(), 'lastword-'));
  guardFolder(scratch);
  using stalls = new StallMonitor();
  let host: AdapterHost | undefined;
  try {
    const caFile = join(scratch, 'ca.pem');
    writeFileSync(caFile, endpoint.caPem, { mode: 0o644 });
    host = await AdapterHost.start(found.target, 1, () => undefined);
    const { hello, mode } = host.session;
    say(
      `ok    hello: ${showText(hello.client.name, 80)} ${showText(hello.client.version, 80)}, ${mode}, api ${hello.api}, model ${hello.model}`,
    );
    say(
      `      observes ${hello.observes.join(' ') || 'nothing'}; features ${hello.features.map((each) => showText(each, 80)).join(' ')}`,
    );
    await admit(host);
    say(
      `ok    answers \`unsupported\` to a feature that does not exist${mode === 'resident' ? '; can be frozen and thawed' : ''}`,
    );
    const context = {
      endpoint,
      signals: new SignalRouter(endpoint),
      caFile,
      stalls,
      abort: controller.signal,
    };
    return await tryTransports(host, context, say);
  } catch (error) {
    if (!(error instanceof AdapterRefusal)) throw error;
    say(`FAIL  ${showText(error.message, 1000)}`);
    for (const line of error.stderr.trimEnd().split('\n').slice(-10))
      if (line !== '') say(`      its standard error: ${showText(line, 160)}`);
    return exitStatus.violates;
  } finally {
    await host?.close();
    await endpoint.close();
    rmSync(scratch, { recursive: true, force: true });
    await closeGuard();
  }
}

async function tryTransports(host: AdapterHost, context: TrialContext, say: (line: string) => void): Promise<number> {
  const [part] = gateCase.parts;
  if (part === undefined) return exitStatus.kit;
  const { hello } = host.session;
  const facts = newTargetFacts({ kind: 'target', name: 'adapter', spec: '', hello, admitted: true });
  let status: number = exitStatus.ok;
  for (const transport of transports) {
    const trial = `check-${transport}`;
    const slot = {
      target: 'adapter',
      trial,
      nonce: nonceOf('check', trial, 0),
      kase: gateCase,
      part,
      transport,
      role: 'gate',
      block: 0,
    } as const;
    const observed = await (await runTrial(context, host, slot)).observation;
    const { main } = judgeObservation(observed, facts, false);
    const isGood = main.outcome === 'pass' || main.outcome === 'not-applicable';
    if (!isGood) status = exitStatus.violates;
    say(
      `${isGood ? 'ok  ' : 'FAIL'}  ${transport}: ${main.outcome === 'pass' ? 'open, the answer and the close came, in order' : showText(main.note, 1000)}`,
    );
    if (!isGood) for (const line of lines(observed)) say(`      ${line}`);
    if (!host.isUsable) break;
  }
  return status;
}

function lines(trial: Trial): readonly string[] {
  if (trial.log.length === 0) return ['the adapter printed no event'];
  return trial.log.slice(0, 20).map((entry) => showText(JSON.stringify(entry), 160));
}
