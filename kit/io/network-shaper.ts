/**
 * Disturbs single connections in a network namespace that is the endpoint's own, with `tc` and `iptables`, wherever these
 * are run: here, or in a container that shares the namespace. What a command answers is turned into a reason in words.
 *
 * - Loss, delay and their like: a class of `htb` with `netem` in it, into which a filter brings the segments of a connection;
 *   all others pass as they did.
 * - A hole: data segments go to an NFQUEUE that nobody serves, and are gone without the sender being told. A plain DROP
 *   would be told to TCP, which then holds the FIN back as well.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { NetworkShape } from '../core/condition';
import { Unavailable, type NetworkShaper, type ShapedWay } from '../core/endpoint';
import type { TcpEnd } from '../core/target';

/** What a command gave. */
export interface Ran {
  /** 127: there is no such program. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program in the endpoint's network namespace. Never rejects. */
export type RunProgram = (command: readonly string[]) => Promise<Ran>;

/** From the endpoint's end to the client's. */
export interface Way {
  readonly from: TcpEnd;
  readonly to: TcpEnd;
}

type Netem = NetworkShape & { readonly kind: 'netem' };

/** A number that no program of ours serves, so that what is queued there is gone. */
const unservedQueue = '65437';
/** Longer than a segment without data: 40 bytes of IPv6 header and at most 60 of TCP. */
const dataBytes = '128:65535';

/** @param device the interface that leads to the client */
export function networkShaper(run: RunProgram, device: string): NetworkShaper {
  let pending: Promise<unknown> = Promise.resolve();
  // One after the other: two that set up the same device would be in each other's way.
  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const mine = pending.then(work, work);
    pending = mine.catch(() => undefined);
    return mine;
  };
  return {
    apply: (shape, way) =>
      inTurn(() => (shape.kind === 'hole' ? makeHole(run, way) : disturb({ run, device }, shape, way, inTurn))),
  };
}

async function makeHole(run: RunProgram, way: Way): Promise<ShapedWay> {
  await must(run, holeCommand('-I', way));
  return {
    clear: async () => {
      const listed = await run(listCommand(way));
      await must(run, holeCommand('-D', way));
      return { packets: packetsOfRule(listed.stdout, way) };
    },
  };
}

type InTurn = <Result>(work: () => Promise<Result>) => Promise<Result>;

async function disturb(
  at: { readonly run: RunProgram; readonly device: string },
  shape: Netem,
  way: Way,
  inTurn: InTurn,
): Promise<ShapedWay> {
  const { run, device } = at;
  const shown = await run(['tc', 'qdisc', 'show', 'dev', device]);
  if (!/\bnetem 10:/.test(shown.stdout)) {
    try {
      for (const command of netemCommands(shape, device)) await must(run, command);
    } catch (error) {
      await run(['tc', 'qdisc', 'del', 'dev', device, 'root']);
      throw error;
    }
  }
  const count = async (): Promise<number> =>
    packetsOfNetem((await run(['tc', '-s', 'qdisc', 'show', 'dev', device])).stdout);
  const before = await count();
  await must(run, filterCommand('add', way, device));
  return {
    clear: () =>
      inTurn(async () => {
        const after = await count();
        await must(run, filterCommand('del', way, device));
        return { packets: after - before };
      }),
  };
}

/** What gives a device a class that is disturbed; nothing is in it yet. */
export function netemCommands(shape: Netem, device: string): readonly (readonly string[])[] {
  const { delayMs, jitterMs, lossPercent, duplicatePercent, reorderPercent } = shape;
  const disturbance = `delay ${delayMs}ms ${jitterMs}ms loss ${lossPercent}% duplicate ${duplicatePercent}% reorder ${reorderPercent}%`;
  return [
    words(`tc qdisc add dev ${device} root handle 1: htb`),
    words(`tc class add dev ${device} parent 1: classid 1:1 htb rate 10gbit`),
    words(`tc qdisc add dev ${device} parent 1:1 handle 10: netem limit 10000 ${disturbance}`),
  ];
}

/** Brings a connection into the disturbed class; its priority, the client's port, names the filter. */
export function filterCommand(what: 'add' | 'del', { from, to }: Way, device: string): readonly string[] {
  const isV6 = isIpv6(to);
  const name = `tc filter ${what} dev ${device} parent 1: protocol ${isV6 ? 'ipv6' : 'ip'} prio ${to.port}`;
  if (what === 'del') return words(name);
  const key = isV6 ? 'ip6' : 'ip';
  const match = `u32 match ${key} sport ${from.port} 0xffff match ${key} dport ${to.port} 0xffff`;
  return words(`${name} ${match} flowid 1:1`);
}

/** The rule that makes data segments of a connection vanish. */
export function holeCommand(what: '-I' | '-D', { from, to }: Way): readonly string[] {
  const way = `-s ${plainAddress(from)} --sport ${from.port} -d ${plainAddress(to)} --dport ${to.port}`;
  const rule = `-m length --length ${dataBytes} -j NFQUEUE --queue-num ${unservedQueue}`;
  return words(`${tablesFor(to)} -w 5 ${what} OUTPUT -p tcp ${way} ${rule}`);
}

/** Nothing that goes into a command of ours holds a space. */
function words(command: string): readonly string[] {
  return command.split(' ');
}

function listCommand({ to }: Way): readonly string[] {
  return words(`${tablesFor(to)} -w 5 -nvxL OUTPUT`);
}

/** How often the rule of a connection was met, from the list of `iptables -nvxL`. */
export function packetsOfRule(list: string, { from, to }: Way): number {
  const line = list.split('\n').find((each) => each.includes(`spt:${from.port} dpt:${to.port} `));
  return Number(line?.trim().split(/\s+/)[0] ?? 0);
}

/** Segments that the disturbed class was given, from `tc -s qdisc show`. */
export function packetsOfNetem(shown: string): number {
  const found = /\bnetem 10:[^\n]*\n\s*Sent \d+ bytes (\d+) pkt \(dropped (\d+)/.exec(shown);
  return Number(found?.[1] ?? 0) + Number(found?.[2] ?? 0);
}

/** Why a command failed, for people: what the kernel or the machine lacks. */
export function reasonOf(command: readonly string[], { status, stderr }: Ran): string {
  const [program = ''] = command;
  if (status === 127) return `there is no \`${program}\` where the endpoint runs`;
  const said = (stderr.trim().split('\n')[0] ?? '')
    .replace(/^Error: /, '')
    .replace(/\.$/, '')
    .slice(0, 120);
  const quoted = `(${program}: ${said === '' ? `status ${status}` : said})`;
  const kind = command.find((word) => word === 'netem' || word === 'htb');
  if (kind !== undefined && /kind is unknown|No such file/.test(stderr)) return `the kernel has no ${kind} ${quoted}`;
  if (/not permitted|denied/i.test(stderr)) return `the endpoint’s network may not be changed ${quoted}`;
  return `the endpoint’s network cannot be disturbed ${quoted}`;
}

async function must(run: RunProgram, command: readonly string[]): Promise<void> {
  const ran = await run(command);
  if (ran.status !== 0) throw new Unavailable(reasonOf(command, ran));
}

function isIpv6(end: TcpEnd): boolean {
  return plainAddress(end).includes(':');
}

function tablesFor(end: TcpEnd): string {
  return isIpv6(end) ? 'ip6tables' : 'iptables';
}

/** RFC 4291 §2.5.5.2: an IPv4 address as a socket of both families has it. */
function plainAddress({ address }: TcpEnd): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}

/** Interfaces that the kernel gives to every namespace. */
const everywhere: ReadonlySet<string> = new Set([
  'lo',
  'tunl0',
  'sit0',
  'gre0',
  'gretap0',
  'erspan0',
  'ip_vti0',
  'ip6_vti0',
  'ip6tnl0',
  'ip6gre0',
]);

/**
 * The shaper of this process's own network namespace, where there is nothing in it but a loopback: made for this, as by
 * `unshare -n`. Undefined in every other: the network of a machine is not ours to disturb.
 *
 * @param devices as `/proc/net/dev` has them
 */
export function loopbackShaper(devices = readDevices()): NetworkShaper | undefined {
  const names = devices.split('\n').flatMap((line) => /^\s*([^\s:]+):/.exec(line)?.[1] ?? []);
  if (!names.includes('lo') || names.some((name) => !everywhere.has(name))) return undefined;
  return networkShaper(runHere, 'lo');
}

/**
 * The shaper of a container's network namespace, entered with `nsenter`, which takes root. The container itself needs no
 * capability for it.
 *
 * @param pid a process of the container, as this machine numbers it
 * @param device the container's own
 */
export function namespaceShaper(pid: number, device: string): NetworkShaper {
  const enter = ['nsenter', `--net=/proc/${pid}/ns/net`, '--'];
  return networkShaper((command) => runHere([...enter, ...command]), device);
}

function readDevices(): string {
  try {
    return readFileSync('/proc/net/dev', 'utf8');
  } catch {
    // Another system than Linux.
    return '';
  }
}

function runHere([program = '', ...args]: readonly string[]): Promise<Ran> {
  // Debian keeps these where an ordinary user does not look.
  const env = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`, LC_ALL: 'C' };
  return new Promise((resolve) => {
    execFile(program, args, { env, timeout: 10_000 }, (error, stdout, stderr) => {
      const code: unknown = error === null ? 0 : error.code;
      const status = code === 'ENOENT' ? 127 : typeof code === 'number' ? code : 1;
      resolve({ status, stdout, stderr });
    });
  });
}
