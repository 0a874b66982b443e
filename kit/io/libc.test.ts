import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readlinkSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { ERRNO, type Libc, loadLibc, socketDescriptor } from './libc';
import { findInProcNetTcp } from './proc-net-tcp';
import { openSocketDiag, socketOwner } from './socket-diag';
import { readEnding, TCP_STATE, type TcpInfo } from './tcp-info';

const libc = loadLibc();
const describeWithLibc = libc === undefined ? describe.skip : describe;
/** Only root may enter another network namespace. */
const asRoot = process.getuid?.() === 0 ? it : it.skip;

interface Pair {
  readonly libc: Libc;
  readonly server: Socket;
  readonly fd: number;
  readonly client: Socket;
}

const open: { readonly listener: Server; readonly sockets: readonly Socket[] }[] = [];

async function pair(host = '127.0.0.1', dialled = host): Promise<Pair> {
  if (libc === undefined) throw new Error('no libc');
  const listener = createServer({ allowHalfOpen: true, noDelay: true });
  listener.listen(0, host);
  await once(listener, 'listening');
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('not listening');
  const arriving = new Promise<Socket>((resolve) => listener.once('connection', resolve));
  const client = connect({ port: address.port, host: dialled, allowHalfOpen: true });
  await once(client, 'connect');
  const server = await arriving;
  for (const socket of [server, client]) socket.on('error', () => undefined);
  open.push({ listener, sockets: [server, client] });
  return { libc, server, client, fd: socketDescriptor(server) ?? -1 };
}

afterEach(() => {
  for (const { listener, sockets } of open.splice(0)) {
    for (const socket of sockets) socket.destroy();
    listener.close();
  }
});

/** Looks once a turn of the event loop until it is so. */
async function until<Value>(look: () => Value | undefined, isSo: (value: Value) => boolean): Promise<Value> {
  for (;;) {
    const value = look();
    if (value !== undefined && isSo(value)) return value;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const infoOf =
  ({ libc: calls, fd }: Pair) =>
  (): TcpInfo | undefined =>
    calls.tcpInfo(fd);

describeWithLibc('TCP_INFO of an accepted socket', () => {
  it('counts acknowledged bytes exactly, no 1 for the SYN, and 1 for the FIN', async () => {
    const one = await pair();
    expect(infoOf(one)()).toMatchObject({ state: TCP_STATE.established, bytesAcked: 0, bytesReceived: 0 });
    expect(one.libc.send(one.fd, Buffer.alloc(1000))).toBe(1000);
    const sent = await until(infoOf(one), ({ unacked }) => unacked === 0);
    expect(sent).toMatchObject({ bytesAcked: 1000, notSentBytes: 0, dataSegmentsOut: 1 });
    expect(one.libc.shutdownWrite(one.fd)).toBe(0);
    const ended = await until(infoOf(one), ({ state }) => state === TCP_STATE.finWait2);
    expect(ended).toMatchObject({ bytesAcked: 1001, dataSegmentsOut: 1 });
  });

  it('counts received bytes exactly, and 1 for the FIN', async () => {
    const one = await pair();
    one.client.end('hello');
    const info = await until(infoOf(one), ({ state }) => state === TCP_STATE.closeWait);
    expect(info.bytesReceived).toBe(6);
    expect(readEnding(info, { bytesRead: 5, hasSentFin: false })).toEqual({ hasFin: true, hasReset: false });
  });

  it('tells a reset from a FIN, also after our own FIN', async () => {
    for (const hasSentFin of [false, true]) {
      const reset = await pair();
      if (hasSentFin) reset.libc.shutdownWrite(reset.fd);
      reset.client.resetAndDestroy();
      const info = await until(infoOf(reset), ({ state }) => state === TCP_STATE.close);
      expect(readEnding(info, { bytesRead: 0, hasSentFin })).toEqual({ hasFin: false, hasReset: true });
    }
    const closed = await pair();
    closed.libc.shutdownWrite(closed.fd);
    await until(infoOf(closed), ({ state }) => state === TCP_STATE.finWait2);
    closed.client.end();
    const info = await until(infoOf(closed), ({ state }) => state === TCP_STATE.close);
    expect(readEnding(info, { bytesRead: 0, hasSentFin: true })).toEqual({ hasFin: true, hasReset: false });
  });

  it('is undefined for what is no socket', () => {
    expect(libc?.tcpInfo(-1)).toBeUndefined();
    expect(libc?.tcpInfo(0)).toBeUndefined();
  });
});

describeWithLibc('a socket through libc', () => {
  it('puts corked writes and the FIN on one segment', async () => {
    const one = await pair();
    expect(one.libc.setCork(one.fd, true)).toBe(0);
    one.libc.send(one.fd, Buffer.alloc(100));
    one.libc.send(one.fd, Buffer.alloc(100));
    expect(infoOf(one)()).toMatchObject({ notSentBytes: 200, segmentsOut: 0 });
    one.libc.shutdownWrite(one.fd);
    const info = await until(infoOf(one), ({ state }) => state === TCP_STATE.finWait2);
    expect(info).toMatchObject({ bytesAcked: 201, dataSegmentsOut: 1, segmentsOut: 1 });
  });

  it('takes what fits into its buffer and then says EAGAIN', async () => {
    const one = await pair();
    one.client.pause();
    let answer = 0;
    for (let round = 0; round < 1000 && answer >= 0; round += 1) answer = one.libc.send(one.fd, Buffer.alloc(65536));
    expect(answer).toBe(-ERRNO.EAGAIN);
  });

  it('says EPIPE after its own FIN, without a signal', async () => {
    const one = await pair();
    one.libc.shutdownWrite(one.fd);
    expect(one.libc.send(one.fd, Buffer.alloc(1))).toBe(-ERRNO.EPIPE);
  });

  it('is reset by closing with a linger time of 0', async () => {
    const one = await pair();
    const failing = once(one.client, 'error');
    expect(one.libc.setLinger(one.fd, 0)).toBe(0);
    one.server.destroy();
    expect(await failing).toMatchObject([{ code: 'ECONNRESET' }]);
  });

  it('takes the other options', async () => {
    const { libc: calls, fd } = await pair();
    expect([calls.setNoDelay(fd, true), calls.setQuickAck(fd, true), calls.setLinger(fd, undefined)]).toEqual([
      0, 0, 0,
    ]);
    expect(calls.setNoDelay(-1, true)).toBe(-9);
  });
});

describeWithLibc("the client's socket", () => {
  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['::1', '::1'],
    ['::', '127.0.0.1'],
  ])('is found by its ends, dialled at %s from %s', async (host, dialled) => {
    const one = await pair(host, dialled);
    one.client.pause();
    // More than a paused socket of Node takes by itself.
    one.libc.send(one.fd, Buffer.alloc(100_000));
    one.libc.shutdownWrite(one.fd);
    await until(infoOf(one), ({ state }) => state === TCP_STATE.finWait2);
    const local = { address: one.server.remoteAddress ?? '', port: one.server.remotePort ?? 0 };
    const remote = { address: one.server.localAddress ?? '', port: one.server.localPort ?? 0 };
    using diag = openSocketDiag(one.libc);
    const row = await until(
      () => diag?.find(local, remote),
      ({ rxQueue }) => rxQueue === 100_001 - one.client.readableLength,
    );
    expect(row).toMatchObject({ state: TCP_STATE.closeWait, txQueue: 0, uid: process.getuid?.() });
    expect(findInProcNetTcp(local, remote)).toMatchObject(row);
    expect(socketOwner(row.inode, [process.ppid, process.pid])).toBe(process.pid);
    expect(socketOwner(row.inode, [process.ppid])).toBeUndefined();
    const closed = once(one.client, 'close');
    one.client.destroy();
    await closed;
    expect(diag?.find(local, remote)?.inode ?? 0).toBe(0);
  });

  asRoot('is looked for in the network of another process, and the thread comes back', async () => {
    const one = await pair();
    const ends = [
      { address: '127.0.0.1', port: one.client.localPort ?? 0 },
      { address: '127.0.0.1', port: one.server.localPort ?? 0 },
    ] as const;
    const home = readlinkSync('/proc/thread-self/ns/net');
    const other = spawn('unshare', ['--net', 'sh', '-c', 'echo in; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await once(other.stdout, 'data');
    const otherPid = other.pid ?? 0;
    expect(readlinkSync(`/proc/${otherPid}/ns/net`)).not.toBe(home);
    using there = openSocketDiag(one.libc, otherPid);
    using here = openSocketDiag(one.libc, process.pid);
    expect(there?.find(...ends)).toBeUndefined();
    expect(here?.find(...ends)).toMatchObject({ state: TCP_STATE.established });
    expect(readlinkSync('/proc/thread-self/ns/net')).toBe(home);
    const gone = once(other, 'exit');
    other.kill('SIGKILL');
    await gone;
    expect(openSocketDiag(one.libc, otherPid)).toBeUndefined();
  });

  it('is not whoever listens at its port', async () => {
    const one = await pair();
    using diag = openSocketDiag(one.libc);
    const listening = { address: '127.0.0.1', port: one.server.localPort ?? 0 };
    expect(diag?.find(listening, { address: '127.0.0.1', port: 1 })).toBeUndefined();
    expect(diag?.find({ address: 'nowhere', port: 1 }, listening)).toBeUndefined();
    expect(findInProcNetTcp({ address: '127.0.0.1', port: 1 }, listening)).toBeUndefined();
  });
});

describe('libc', () => {
  it('is not bound where the environment forbids it', () => {
    const script = `require('@swc/core');
      const { code } = require('@swc/core').transformFileSync(process.argv[1],
        { jsc: { parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } });
      const module_ = { exports: {} };
      new Function('module', 'exports', 'require', code)(module_, module_.exports,
        (name) => (name.startsWith('.') ? {} : require(name)));
      console.log(module_.exports.loadLibc());`;
    const said = execFileSync(process.execPath, ['-e', script, require.resolve('./libc.ts')], {
      env: { ...process.env, LASTWORD_NO_FFI: '1' },
      encoding: 'utf8',
    });
    expect(said).toBe('undefined\n');
  });

  it('knows the descriptor of a connected socket alone', () => {
    const socket = connect({ port: 1, host: '127.0.0.1' });
    socket.on('error', () => undefined);
    socket.destroy();
    expect(socketDescriptor(socket)).toBeUndefined();
  });
});
