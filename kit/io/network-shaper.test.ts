import { Unavailable } from '../core/endpoint';
import {
  filterCommand,
  holeCommand,
  loopbackShaper,
  netemCommands,
  networkShaper,
  packetsOfNetem,
  packetsOfRule,
  reasonOf,
  type Ran,
} from './network-shaper';

const way = { from: { address: '::ffff:172.17.0.2', port: 8443 }, to: { address: '::ffff:172.17.0.1', port: 40_000 } };
const way6 = { from: { address: '::1', port: 8443 }, to: { address: '::1', port: 40_000 } };
const shape = {
  kind: 'netem',
  delayMs: 50,
  jitterMs: 20,
  lossPercent: 5,
  reorderPercent: 25,
  duplicatePercent: 1,
} as const;
const words = (command: readonly string[]): string => command.join(' ');
const ok: Ran = { status: 0, stdout: '', stderr: '' };
const unknown: Ran = { status: 2, stdout: '', stderr: 'Error: Specified qdisc kind is unknown.\n' };

describe('the commands', () => {
  it('disturb a class of a device, and nothing outside of it', () => {
    expect(netemCommands(shape, 'eth0').map(words)).toEqual([
      'tc qdisc add dev eth0 root handle 1: htb',
      'tc class add dev eth0 parent 1: classid 1:1 htb rate 10gbit',
      'tc qdisc add dev eth0 parent 1:1 handle 10: netem limit 10000 delay 50ms 20ms loss 5% duplicate 1% reorder 25%',
    ]);
  });

  it('bring one connection into it, and out of it', () => {
    expect(words(filterCommand('add', way, 'eth0'))).toBe(
      'tc filter add dev eth0 parent 1: protocol ip prio 40000 u32 match ip sport 8443 0xffff match ip dport 40000 0xffff flowid 1:1',
    );
    expect(words(filterCommand('del', way, 'eth0'))).toBe('tc filter del dev eth0 parent 1: protocol ip prio 40000');
    expect(words(filterCommand('add', way6, 'lo'))).toContain('protocol ipv6 prio 40000 u32 match ip6 sport 8443');
  });

  it('make data segments of one connection vanish', () => {
    expect(words(holeCommand('-I', way))).toBe(
      'iptables -w 5 -I OUTPUT -p tcp -s 172.17.0.2 --sport 8443 -d 172.17.0.1 --dport 40000 -m length --length 128:65535 -j NFQUEUE --queue-num 65437',
    );
    expect(words(holeCommand('-D', way6))).toMatch(/^ip6tables -w 5 -D OUTPUT -p tcp -s ::1 --sport 8443 -d ::1 /);
  });
});

describe('what was counted', () => {
  it('is read from the list of rules', () => {
    const list = [
      'Chain OUTPUT (policy ACCEPT 0 packets, 0 bytes)',
      '    pkts      bytes target     prot opt in     out     source               destination',
      '       9      900 NFQUEUE    6    --  *      *       0.0.0.0/0            0.0.0.0/0            tcp spt:8443 dpt:4000 length 128:65535 NFQUEUE num 65437',
      '       2     2200 NFQUEUE    6    --  *      *       0.0.0.0/0            0.0.0.0/0            tcp spt:8443 dpt:40000 length 128:65535 NFQUEUE num 65437',
    ].join('\n');
    expect(packetsOfRule(list, way)).toBe(2);
    expect(packetsOfRule('', way)).toBe(0);
  });

  it('is read from the discipline', () => {
    const shown = [
      'qdisc htb 1: root refcnt 2 r2q 10 default 0 direct_packets_stat 7 direct_qlen 1000',
      ' Sent 9000 bytes 70 pkt (dropped 0, overlimits 0 requeues 0)',
      'qdisc netem 10: parent 1:1 limit 10000 delay 50ms 20ms loss 5% duplicate 1% reorder 25% gap 1',
      ' Sent 4210 bytes 12 pkt (dropped 3, overlimits 0 requeues 0)',
    ].join('\n');
    expect(packetsOfNetem(shown)).toBe(15);
    expect(packetsOfNetem('qdisc noqueue 0: root refcnt 2')).toBe(0);
  });
});

describe('the reason', () => {
  const netem = ['tc', 'qdisc', 'add', 'dev', 'lo', 'parent', '1:1', 'handle', '10:', 'netem'];
  it.each([
    [netem, unknown, 'the kernel has no netem (tc: Specified qdisc kind is unknown)'],
    [['tc', 'qdisc', 'add', 'htb'], unknown, 'the kernel has no htb (tc: Specified qdisc kind is unknown)'],
    [netem, { ...ok, status: 127 }, 'there is no `tc` where the endpoint runs'],
    [
      netem,
      { ...ok, status: 2, stderr: 'RTNETLINK answers: Operation not permitted\n' },
      'the endpoint’s network may not be changed (tc: RTNETLINK answers: Operation not permitted)',
    ],
    [
      ['iptables', '-I'],
      { ...ok, status: 1, stderr: 'iptables: No chain/target/match by that name.\n' },
      'the endpoint’s network cannot be disturbed (iptables: iptables: No chain/target/match by that name)',
    ],
    [['iptables', '-I'], { ...ok, status: 4 }, 'the endpoint’s network cannot be disturbed (iptables: status 4)'],
  ])('of %j is that of the command', (command, ran, reason) => {
    expect(reasonOf(command, ran)).toBe(reason);
  });
});

describe('a shaper', () => {
  /** Answers by the first key that a command contains; notes what it was asked. */
  function fake(answers: Readonly<Record<string, Ran>>) {
    const asked: string[] = [];
    const run = (command: readonly string[]): Promise<Ran> => {
      asked.push(words(command));
      const key = Object.keys(answers).find((each) => words(command).includes(each));
      return Promise.resolve(key === undefined ? ok : (answers[key] ?? ok));
    };
    return { asked, run };
  }

  it('says what the kernel lacks, and leaves nothing behind', async () => {
    const { asked, run } = fake({ 'netem limit': unknown });
    const applied = networkShaper(run, 'eth0').apply(shape, way);
    await expect(applied).rejects.toThrow('the kernel has no netem');
    await expect(applied).rejects.toBeInstanceOf(Unavailable);
    expect(asked.at(-1)).toBe('tc qdisc del dev eth0 root');
  });

  it('sets a device up once, and gives the connection back', async () => {
    const { asked, run } = fake({
      'tc qdisc show': { ...ok, stdout: 'qdisc netem 10: parent 1:1 limit 10000' },
      'tc -s': { ...ok, stdout: 'qdisc netem 10: parent 1:1\n Sent 1 bytes 4 pkt (dropped 1, ' },
    });
    const shaped = await networkShaper(run, 'eth0').apply(shape, way);
    expect(await shaped.clear()).toEqual({ packets: 0 });
    expect(asked.filter((each) => each.includes(' add '))).toEqual([words(filterCommand('add', way, 'eth0'))]);
    expect(asked.at(-1)).toBe(words(filterCommand('del', way, 'eth0')));
  });

  it('closes a hole again, and counts what fell into it', async () => {
    const { asked, run } = fake({ '-nvxL': { ...ok, stdout: '  3 9 NFQUEUE tcp spt:8443 dpt:40000 length\n' } });
    const shaped = await networkShaper(run, 'eth0').apply({ kind: 'hole' }, way);
    expect(await shaped.clear()).toEqual({ packets: 3 });
    expect(asked).toEqual([words(holeCommand('-I', way)), 'iptables -w 5 -nvxL OUTPUT', words(holeCommand('-D', way))]);
  });
});

describe('the network of this process', () => {
  const head = 'Inter-|   Receive  |  Transmit\n face |bytes packets|bytes packets\n';
  it('is disturbed only where it is a loopback and nothing more', () => {
    expect(loopbackShaper(`${head}    lo: 0 0 0\n`)).toBeDefined();
    expect(loopbackShaper(`${head}    lo: 0 0 0\n  sit0: 0 0 0\n`)).toBeDefined();
    expect(loopbackShaper(`${head}    lo: 0 0 0\n  eth0: 0 0 0\n`)).toBeUndefined();
    expect(loopbackShaper(`${head}    lo: 0 0 0\n  wg0: 0 0 0\n`)).toBeUndefined();
    expect(loopbackShaper('')).toBeUndefined();
  });
});
