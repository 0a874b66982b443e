/**
 * `npm run bench`: live trials a second with the resident `ws` adapter as a run drives it, in its usual lanes, against a
 * bare loop of the same client and a plain TLS server. Rounds alternate and the median ratio counts; the rate of a
 * single lane, one connection at a time as in the bare loop, is printed beside it.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { makeCertificates } from '../io/certificates';
import { readJournal } from '../run/journal';
import { trialsFile } from '../run/run-folder';

const trials = Number(process.argv[2] ?? 400);
const rounds = Number(process.argv[3] ?? 3);

async function main(): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), 'lastword-bench-'));
  const { caPem, leafPem, leafKeyPem } = await makeCertificates(new Date());
  const caFile = join(scratch, 'ca.pem');
  writeFileSync(caFile, caPem);
  const server = new Worker(join(__dirname, 'bare-server.js'), { workerData: { cert: leafPem, key: leafKeyPem } });
  const port = await new Promise<number>((resolve) => server.once('message', resolve));
  const ratios: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    const bare = Number(
      await output([join(__dirname, 'bare-client.js'), `wss://localhost:${port}/`, caFile, String(trials)]),
    );
    const kit = await measureKit(join(scratch, `run-${round}`), []);
    const lane = await measureKit(join(scratch, `lane-${round}`), ['--workers', '1']);
    ratios.push(kit.rate / bare);
    process.stdout.write(
      `round ${round}: kit ${kit.rate.toFixed(1)} trials/s (one lane ${lane.rate.toFixed(1)}), bare loop ${bare.toFixed(1)} connections/s, ratio ${(kit.rate / bare).toFixed(2)}, kit's resident set ${kit.peakMiB} MiB\n`,
    );
  }
  await server.terminate();
  rmSync(scratch, { recursive: true, force: true });
  const median = ratios.sort((a, b) => a - b)[ratios.length >> 1] ?? 0;
  process.stdout.write(`median ratio ${median.toFixed(2)} (at least 0.50 is wanted)\n`);
  process.exitCode = median >= 0.5 ? 0 : 1;
}

async function measureKit(
  out: string,
  lanes: readonly string[],
): Promise<{ readonly rate: number; readonly peakMiB: number }> {
  const cli = join(__dirname, '../cli/main.js');
  const words = ['run', 'ws', '--case', 'close/answer-close-one-record', '--tls', '1.3', ...lanes];
  const rss = join(out, '..', 'rss');
  await output(['--require', join(__dirname, 'note-rss.js'), cli, ...words, '--trials', String(trials), '--out', out], {
    LASTWORD_BENCH_RSS: rss,
  });
  const times: number[] = [];
  for await (const line of readJournal(trialsFile(out))) {
    if (line.kind === 'trial' && line.role === 'case') times.push(line.startedAtNs);
  }
  times.sort((a, b) => a - b);
  // The gates between the trials are part of what a run costs, and are not counted as trials.
  const first = times[20] ?? 0;
  const peakMiB = Math.round(Number(readFileSync(rss, 'utf8')) / 1024);
  return { rate: ((times.length - 21) / ((times.at(-1) ?? 0) - first)) * 1e9, peakMiB };
}

function output(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    let text = '';
    let errors = '';
    child.stdout.on('data', (bytes: Buffer) => (text += bytes.toString()));
    child.stderr.on('data', (bytes: Buffer) => (errors += bytes.toString()));
    child.on('close', (code) =>
      code === 0 ? resolve(text) : reject(new Error(`${args.join(' ')} ended with ${code}\n${errors}`)),
    );
  });
}

void main();
