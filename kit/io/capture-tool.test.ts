import { captureTools, droppedIn, lineOf, remedyFor, versionIn } from './capture-tool';

it('limits each tool to the ports of the endpoint', () => {
  const tools = captureTools({ device: 'lo', address: '127.0.0.1', ports: [7, 8] }, 9);
  expect(tools.map((tool) => tool.command.join(' '))).toEqual([
    'dumpcap -q -n -i lo -B 16 -s 65600 -w - -f tcp port 7 or tcp port 8 or udp port 9',
    'tcpdump -n -i lo -B 16384 -s 65600 -U -w - --time-stamp-precision=nano tcp port 7 or tcp port 8 or udp port 9',
  ]);
});

it('enters the network namespace of a container', () => {
  const [first] = captureTools({ device: 'eth0', inNamespaceOf: 42, address: '172.17.0.2', ports: [7] }, 9);
  expect(first?.command.slice(0, 4)).toEqual(['nsenter', '--net=/proc/42/ns/net', '--', 'dumpcap']);
});

it.each([
  ['Dumpcap (Wireshark) 4.0.17 (Git v4.0.17 packaged as 4.0.17-0+deb12u3).', '4.0.17'],
  ['tcpdump version 4.99.3\nlibpcap version 1.10.3 (with TPACKET_V3)', '4.99.3'],
  ['no number', undefined],
])('finds the version in %j', (said, version) => {
  expect(versionIn(said)).toBe(version);
});

it.each([
  [`Packets captured: 9\nPackets received/dropped on interface 'Loopback: lo': 9/4 (pcap:4/dumpcap:0)`, 4],
  ['9 packets captured\n9 packets received by filter\n3 packets dropped by kernel\n', 3],
  ['Segmentation fault', undefined],
])('finds the packets dropped in %j', (said, dropped) => {
  expect(droppedIn(said)).toBe(dropped);
});

it('tells in a line what went wrong, without what could harm a terminal', () => {
  expect(lineOf("Capturing on 'Loopback: lo'\nFile: -\n\u001b[31mno permission\u0007\nmore")).toBe('[31mno permission');
  expect(lineOf('x'.repeat(500))).toHaveLength(160);
  expect(lineOf('')).toBe('');
});

it('says what to do', () => {
  expect(remedyFor(['dumpcap is not installed', 'tcpdump is not installed'])).toContain('wireshark-common');
  expect(remedyFor(['dumpcap ended with 1: no permission', 'tcpdump is not installed'])).toContain('setcap');
});
