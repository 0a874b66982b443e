/** The programs that capture packets, and what to do where they do not. */
import type { CaptureSite } from '../core/endpoint';

/** One way to capture: a program that writes packets to its standard output until it is interrupted. */
export interface CaptureTool {
  readonly name: string;
  /** What it is started with. */
  readonly command: readonly string[];
  /** Its version, from what it says of itself. */
  readonly versionCommand: readonly string[];
}

/** Kernel memory for packets that the tool has not fetched, in MiB: a kit that stands still loses none of them. */
const bufferMiB = 16;
/** Of a packet, what is captured: all of the 64 KiB that a segment has at most, as on a loopback, and its headers. */
const packetBytes = 65_600;

/**
 * All that may work, the best first: `dumpcap` gives packets away within 250 ms, `tcpdump` within a second.
 * @param markPort of the datagrams by which a capture is seen to run
 */
export function captureTools({ device, inNamespaceOf, ports }: CaptureSite, markPort: number): readonly CaptureTool[] {
  const filter = [...ports.map((port) => `tcp port ${port}`), `udp port ${markPort}`].join(' or ');
  // Entered without a fork: the process that is started is the tool itself.
  const enter = inNamespaceOf === undefined ? [] : ['nsenter', `--net=/proc/${inNamespaceOf}/ns/net`, '--'];
  const dumpcap = [
    'dumpcap',
    '-q',
    '-n',
    '-i',
    device,
    '-B',
    String(bufferMiB),
    '-s',
    String(packetBytes),
    '-w',
    '-',
    '-f',
    filter,
  ];
  const tcpdump = [
    'tcpdump',
    '-n',
    '-i',
    device,
    '-B',
    String(bufferMiB * 1024),
    '-s',
    String(packetBytes),
    '-U',
    '-w',
    '-',
  ];
  return [
    { name: 'dumpcap', command: [...enter, ...dumpcap], versionCommand: ['dumpcap', '--version'] },
    {
      name: 'tcpdump',
      command: [...enter, ...tcpdump, '--time-stamp-precision=nano', filter],
      versionCommand: ['tcpdump', '--version'],
    },
  ];
}

/** `4.0.17` of what a tool says. */
export function versionIn(said: string): string | undefined {
  return /\b(\d+(?:\.\d+)+)/.exec(said.slice(0, 500))?.[1];
}

/** Packets that the kernel had to drop, as the tool says when it ends; undefined where it says nothing. */
export function droppedIn(stderr: string): number | undefined {
  const found =
    /received\/dropped on interface [^\n]*: \d+\/(\d+)/.exec(stderr) ?? /(\d+) packets dropped by kernel/.exec(stderr);
  return found?.[1] === undefined ? undefined : Number(found[1]);
}

/** What a tool wrote, as one short line that a report may hold. */
export function lineOf(stderr: string): string {
  const lines = stderr.split('\n').map((line) =>
    // oxlint-disable-next-line no-control-regex -- taking them out is the point
    line.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, ' ').trim(),
  );
  const isNoise = (line: string): boolean => line === '' || /^(Capturing on|File: |listening on)/.test(line);
  return (lines.find((line) => !isNoise(line)) ?? '').slice(0, 160);
}

/** What to do, by what went wrong. */
export function remedyFor(reasons: readonly string[]): string {
  if (process.platform !== 'linux') return 'packets are captured on Linux only: leave `--capture real` out';
  if (reasons.includes('nsenter is not installed')) return 'install the package util-linux (nsenter)';
  if (reasons.every((reason) => reason.includes('not installed')))
    return 'install the package wireshark-common (dumpcap) or tcpdump';
  return 'run as root, or allow it: `sudo setcap cap_net_raw,cap_net_admin+eip "$(command -v dumpcap)"`; an endpoint in a container takes root';
}
