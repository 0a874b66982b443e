/**
 * Packets as they pass an endpoint's interface, captured by one process for a whole run. It writes to us, and nothing to a
 * disk; the last connections are kept in memory, and those of a trial that is worth it are cut out.
 *
 * That it captures is never assumed: a datagram of ours, a mark, passes the same interface and is waited for, at the start and
 * before each cut, so that all that came before it is there. Nothing that is judged rests on any of this.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { CaptureSite } from '../core/endpoint';
import { readFrame, type UdpFrame } from '../core/ip-frame';
import { whyNotWhole, type ConnectionPackets } from '../core/packets';
import { NoCapture, PcapReader, type CapturedFrame } from '../core/pcap-reader';
import type { Connection } from '../core/trial';
import { captureTools, droppedIn, lineOf, versionIn, type CaptureTool } from './capture-tool';
import { FlowTable, type Flow } from './flow-table';
import { WallClock } from './wall-clock';

/** Nothing can be captured here. */
export class CaptureRefused extends Error {
  override readonly name = 'CaptureRefused';
  /** @param reasons of each tool, in words */
  constructor(readonly reasons: readonly string[]) {
    super(reasons.join('; '));
  }
}

/** Time for a mark to be seen, in ms; and how often it is sent, as it is one datagram. */
const markMs = 10_000;
const markAgainMs = 500;
/** Time that a tool has to end, in ms. */
const endMs = 5000;
const stderrBytes = 4096;
/** A trial's connection is looked for until so long behind its first event, in ns: clocks are read one after the other. */
const slackNs = 5_000_000n;

/** A process of a capture has begun, or ended. */
export type OnProcess = (pid: number, isRunning: boolean) => void;

interface Mark {
  readonly text: string;
  /** @param why it will not be seen; absent: it was */
  settle(why?: string): void;
}

/** A capture that runs. */
export class PacketCapture {
  private readonly reader = new PcapReader();
  private readonly flows: FlowTable;
  private readonly clock = new WallClock();
  private readonly marks = new Map<string, Mark>();
  private readonly name = randomBytes(6).toString('hex');
  private readonly ended: Promise<void>;
  private stderr = '';
  private lastMark = 0;
  private failureWords: string | undefined;
  private version: string;

  private constructor(
    private readonly site: CaptureSite,
    private readonly tool: CaptureTool,
    private readonly child: ChildProcess,
    private readonly socket: Socket,
  ) {
    this.version = tool.name;
    this.flows = new FlowTable(site.ports);
    child.stdout?.on('data', (bytes: Buffer) => this.read(bytes));
    child.stderr?.on('data', (bytes: Buffer) => {
      this.stderr = (this.stderr + bytes.toString('utf8')).slice(-stderrBytes);
    });
    this.ended = new Promise((resolve) => {
      child.once('error', (error: NodeJS.ErrnoException) => {
        // What is started is the tool, or what enters its namespace first.
        const isMissing = error.code === 'ENOENT';
        this.fail(isMissing ? `${tool.command[0]} is not installed` : `${tool.name}: ${lineOf(error.message)}`);
        resolve();
      });
      child.once('close', (code, signal) => {
        const said = lineOf(this.stderr);
        // 127: what was to enter the namespace found no such program.
        const isMissing = code === 127;
        const ending = `ended with ${signal ?? code}${said === '' ? '' : `: ${said}`}`;
        this.fail(`${tool.name} ${isMissing ? 'is not installed' : ending}`);
        resolve();
      });
    });
  }

  /** The tool and its version. */
  get by(): string {
    return this.version;
  }

  /** The interface. */
  get device(): string {
    return this.site.device;
  }

  /** Why it captures no more; undefined: it does. */
  get failure(): string | undefined {
    return this.failureWords;
  }

  /**
   * Starts the first tool that is seen to capture.
   * @param onProcess hears of each process that is started, and of its end
   * @throws {CaptureRefused} none does
   */
  static async open(site: CaptureSite, onProcess: OnProcess = () => undefined): Promise<PacketCapture> {
    const reasons: string[] = [];
    const socket = createSocket('udp4');
    socket.on('error', () => undefined);
    socket.bind({ address: site.inNamespaceOf === undefined ? site.address : '0.0.0.0', port: 0 });
    await once(socket, 'listening');
    socket.unref();
    for (const tool of captureTools(site, socket.address().port)) {
      const child = start(tool.command);
      const capture = new PacketCapture(site, tool, child, socket);
      if (child.pid !== undefined) {
        onProcess(child.pid, true);
        void capture.ended.then(() => onProcess(child.pid ?? 0, false));
      }
      try {
        const [version] = await Promise.all([versionOf(tool), capture.mark()]);
        capture.version = version;
        return capture;
      } catch (error) {
        reasons.push(error instanceof Error ? error.message : String(error));
        await capture.end();
      }
    }
    socket.close();
    throw new CaptureRefused([...new Set(reasons)]);
  }

  /**
   * What was captured of a connection, all of it.
   * @param beganNs when it was first heard of, on the kit's clock
   * @returns why not, where it is not there or not whole
   */
  async cut(connection: Connection, beganNs: number): Promise<ConnectionPackets | string> {
    try {
      await this.mark();
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    const { offsetNs } = this.clock;
    const flow = this.flows.find(connection.peer, BigInt(Math.round(beganNs)) + offsetNs + slackNs);
    if (flow === undefined) return 'the capture has no packet of the connection';
    if (flow.leftOut > 0) return `the connection has ${flow.leftOut + flow.frames.length} packets, too many to keep`;
    const packets = this.packetsOf(flow, offsetNs);
    return whyNotWhole(connection, packets) ?? packets;
  }

  /** Ends the tool. @returns how many packets the kernel had to drop, where the tool tells */
  async close(): Promise<number | undefined> {
    await this.end();
    this.socket.close();
    return droppedIn(this.stderr);
  }

  private packetsOf({ frames, linkType }: Flow, offsetNs: bigint): ConnectionPackets {
    return {
      by: this.by,
      device: this.device,
      linkType,
      wallMinusMonotonicNs: String(offsetNs),
      packets: frames.map(({ atNs, bytes, originalBytes }) => ({
        atNs: Number(atNs - offsetNs),
        base64: bytes.toString('base64'),
        ...(originalBytes === bytes.length ? {} : { bytes: originalBytes }),
      })),
    };
  }

  /** Resolves when all that passed the interface until now was read. */
  private mark(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.failureWords !== undefined) return reject(new Error(this.failureWords));
      const text = `lastword-${this.name}-${++this.lastMark}`;
      const send = (): void => this.sendMark(text);
      const again = setInterval(send, markAgainMs);
      // For good: each further trial would wait as long.
      const giveUp = (): void => {
        this.fail(`${this.tool.name} showed nothing for ${markMs / 1000} s`);
        this.child.kill('SIGKILL');
      };
      // Where the kit stood still meanwhile, what there is to read is read before it counts as late.
      let late = setTimeout(() => {
        late = setTimeout(giveUp, markAgainMs);
      }, markMs);
      const mark: Mark = {
        text,
        settle: (why) => {
          clearInterval(again);
          clearTimeout(late);
          this.marks.delete(text);
          if (why === undefined) resolve();
          else reject(new Error(why));
        },
      };
      this.marks.set(text, mark);
      return send();
    });
  }

  private sendMark(text: string): void {
    const { inNamespaceOf, ports, address } = this.site;
    // Here it goes to ourselves; where the endpoint is elsewhere nobody need hear it.
    const port = inNamespaceOf === undefined ? this.socket.address().port : (ports[0] ?? 9);
    this.socket.send(text, port, address, () => undefined);
  }

  private read(bytes: Buffer): void {
    if (this.failureWords !== undefined) return;
    try {
      for (const frame of this.reader.push(bytes)) this.take(frame);
      this.clock.check();
    } catch (error) {
      if (!(error instanceof NoCapture)) throw error;
      this.fail(`${this.tool.name} wrote what is no capture: ${error.message}`);
      void this.end();
    }
  }

  private take(frame: CapturedFrame): void {
    const read = readFrame(frame);
    if (read?.kind === 'tcp') this.flows.add(frame, read);
    else if (read !== undefined) this.hear(read);
  }

  private hear({ payload }: UdpFrame): void {
    this.marks.get(payload.toString('latin1'))?.settle();
  }

  private fail(why: string): void {
    this.failureWords ??= why;
    for (const mark of this.marks.values()) mark.settle(this.failureWords);
  }

  private async end(): Promise<void> {
    this.child.kill('SIGINT');
    const late = setTimeout(() => this.child.kill('SIGKILL'), endMs);
    await this.ended;
    clearTimeout(late);
  }
}

/** In a session of its own, where no Ctrl-C of the kit's ends it. Debian keeps these programs where a user does not look. */
function start([program = '', ...args]: readonly string[]): ChildProcess {
  return spawn(program, args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environment(),
  });
}

function environment(): NodeJS.ProcessEnv {
  return { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`, LC_ALL: 'C' };
}

function versionOf({ name, versionCommand: [program = '', ...args] }: CaptureTool): Promise<string> {
  return new Promise((resolve) => {
    execFile(program, args, { env: environment(), timeout: 5000 }, (_error, stdout, stderr) => {
      const version = versionIn(stdout + stderr);
      resolve(version === undefined ? name : `${name} ${version}`);
    });
  });
}
