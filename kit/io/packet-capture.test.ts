/** Captures on the loopback: a real one, and tools that fail in their ways. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { createServer, connect, type AddressInfo, type Server } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { segmentsOf, type ConnectionPackets } from '../core/packets';
import type { Connection } from '../core/trial';
import { nowNs } from './clock';
import { remedyFor } from './capture-tool';
import { CaptureRefused, PacketCapture } from './packet-capture';
import { isAlive, readProcess } from './process-table';
import { withCapture } from './testing/can-capture';

const path = process.env['PATH'];
let folder: string;
let server: Server;
let port: number;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lastword-tools-'));
  server = createServer((socket) => socket.end('answer')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});

afterEach(() => {
  process.env['PATH'] = path;
  rmSync(folder, { recursive: true, force: true });
  server.close();
});

/** What stands in for a tool. */
function pretend(tool: 'dumpcap' | 'tcpdump', script: string): void {
  writeFileSync(join(folder, tool), `#!/bin/sh\n[ "$1" = --version ] && exit 0\n${script}\n`);
  chmodSync(join(folder, tool), 0o755);
  process.env['PATH'] = folder;
}

const open = (pids: number[] = []): Promise<PacketCapture> =>
  PacketCapture.open({ device: 'lo', address: '127.0.0.1', ports: [port] }, (pid, isRunning) => {
    if (isRunning) pids.push(pid);
  });

/** A connection that was answered and ended, as a trial would have it. */
async function visit(): Promise<{ readonly connection: Connection; readonly beganNs: number }> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const beganNs = nowNs();
  const peer = { address: '127.0.0.1', port: socket.localPort ?? 0 };
  socket.resume();
  await once(socket, 'close');
  const connection: Connection = {
    index: 0,
    nonce: 'n',
    held: false,
    peer,
    path: 'direct',
    script: { status: 'complete', at: 0, steps: 0, lapses: [] },
    events: [{ atNs: nowNs(), kind: 'client-fin' }],
    sent: [],
    snapshots: [],
    witness: 'none',
    freezes: [],
    bytesSent: 6,
    capture: [{ atNs: 0, dir: 'out', base64: Buffer.from('answer').toString('base64') }],
  };
  return { connection, beganNs };
}

async function reasonsOf(opened: Promise<PacketCapture>): Promise<readonly string[]> {
  const error: unknown = await opened.then(
    () => undefined,
    (why: unknown) => why,
  );
  if (!(error instanceof CaptureRefused)) throw new Error(`it was not refused: ${String(error)}`);
  return error.reasons;
}

withCapture('cuts out all packets of a connection, with the times of the kernel on the clock of the kit', async () => {
  const pids: number[] = [];
  const capture = await open(pids);
  const beforeNs = nowNs();
  const visits = await Promise.all([visit(), visit(), visit()]);
  const afterNs = nowNs();
  for (const { connection, beganNs } of visits) {
    const packets = (await capture.cut(connection, beganNs)) as ConnectionPackets;
    expect(packets).toMatchObject({ by: expect.stringMatching(/^dumpcap \d/), device: 'lo', linkType: 1 });
    const segments = segmentsOf(packets) ?? [];
    expect(segments.map(({ tcp }) => tcp.fin).filter(Boolean).length).toBeGreaterThanOrEqual(2);
    for (const { atNs } of segments) {
      expect(atNs).toBeGreaterThan(beforeNs - 1e6);
      expect(atNs).toBeLessThan(afterNs + 1e6);
    }
  }
  expect(await capture.close()).toBe(0);
  expect(pids.map((pid) => isAlive(readProcess(pid)?.state ?? 'X'))).toEqual([false]);
});

withCapture('keeps every byte of segments as long as they are on a loopback', async () => {
  const data = randomBytes(200_000);
  server.removeAllListeners('connection').on('connection', (socket) => socket.end(data));
  const capture = await open();
  const { connection, beganNs } = await visit();
  const kept = [{ atNs: 0, dir: 'out' as const, base64: data.toString('base64') }];
  const packets = await capture.cut({ ...connection, bytesSent: data.length, capture: kept }, beganNs);
  expect(packets).toMatchObject({ device: 'lo' });
  const segments = segmentsOf(packets as ConnectionPackets) ?? [];
  expect(Math.max(...segments.map(({ tcp }) => tcp.payloadBytes))).toBeGreaterThan(20_000);
  expect(segments.filter(({ framed }) => framed.bytes.length < framed.originalBytes)).toEqual([]);
  expect(await capture.close()).toBe(0);
});

withCapture('has no packets of a connection that there never was', async () => {
  const capture = await open();
  const { connection, beganNs } = await visit();
  const other = { ...connection, peer: { address: '127.0.0.1', port: 1 } };
  expect(await capture.cut(other, beganNs)).toBe('the capture has no packet of the connection');
  await capture.close();
});

withCapture('says that its tool was killed, and goes on saying so', async () => {
  const pids: number[] = [];
  const capture = await open(pids);
  const { connection, beganNs } = await visit();
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  expect(await capture.cut(connection, beganNs)).toBe('dumpcap ended with SIGKILL');
  expect(await capture.cut(connection, beganNs)).toBe('dumpcap ended with SIGKILL');
  expect(capture.failure).toBe('dumpcap ended with SIGKILL');
  expect(await capture.close()).toBeUndefined();
});

withCapture(
  'is over where its tool stands still, so that no further trial waits for it',
  async () => {
    const pids: number[] = [];
    const capture = await open(pids);
    const { connection, beganNs } = await visit();
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    const first = await capture.cut(connection, beganNs);
    const { failure } = capture;
    const second = await capture.cut(connection, beganNs);
    await capture.close();
    expect([first, failure, second]).toEqual(Array(3).fill('dumpcap showed nothing for 10 s'));
    expect(pids.map((pid) => isAlive(readProcess(pid)?.state ?? 'X'))).toEqual([false]);
  },
  60_000,
);

withCapture(
  'takes the next tool where the first is refused',
  async () => {
    pretend('dumpcap', 'echo "no permission" >&2; exit 1');
    process.env['PATH'] = `${folder}:${path ?? ''}`;
    const capture = await open();
    expect(capture.by).toMatch(/^tcpdump \d/);
    const { connection, beganNs } = await visit();
    expect(await capture.cut(connection, beganNs)).toMatchObject({ by: expect.stringMatching(/^tcpdump/) });
    expect(await capture.close()).toBe(0);
  },
  20_000,
);

it('is refused where there is no tool', async () => {
  process.env['PATH'] = folder;
  // Debian keeps them where it is looked besides.
  expect(await reasonsOf(open())).toEqual(['dumpcap is not installed', 'tcpdump is not installed']);
});

it('is refused, and names it, where there is nothing that enters the namespace of a container', async () => {
  process.env['PATH'] = folder;
  const site = { device: 'eth0', address: '127.0.0.1', ports: [port], inNamespaceOf: process.pid };
  expect(await reasonsOf(PacketCapture.open(site))).toEqual(['nsenter is not installed']);
  expect(remedyFor(['nsenter is not installed'])).toBe('install the package util-linux (nsenter)');
});

it('is refused, with what they said, by tools that may not capture', async () => {
  pretend('dumpcap', 'echo "Capturing on lo" >&2; echo "You do not have permission" >&2; exit 1');
  pretend('tcpdump', 'kill -9 $$');
  expect(await reasonsOf(open())).toEqual([
    'dumpcap ended with 1: You do not have permission',
    'tcpdump ended with SIGKILL',
  ]);
});

it('is refused by tools that write what is no capture, and leaves none of them running', async () => {
  const pids: number[] = [];
  pretend('dumpcap', 'echo "<html>"; exec /bin/sleep 600');
  pretend('tcpdump', '/usr/bin/head -c 100000 /dev/zero; exec /bin/sleep 600');
  expect(await reasonsOf(open(pids))).toEqual([
    'dumpcap wrote what is no capture: it begins with 3c68746d, as no capture does',
    'tcpdump wrote what is no capture: it begins with 00000000, as no capture does',
  ]);
  expect(pids.map((pid) => isAlive(readProcess(pid)?.state ?? 'X'))).toEqual([false, false]);
});
