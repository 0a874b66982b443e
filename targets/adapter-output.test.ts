import * as fc from 'fast-check';
import type { Breach } from '../kit/core/adapter-event';
import { AdapterOutput } from './adapter-output';
import { LineSplitter } from './line-splitter';

const hello = '{"event":"hello","protocol":1,"client":{"name":"c","version":"1"}}\n';

function outputOf() {
  const said: string[] = [];
  const breaches: Breach[] = [];
  let clock = 0;
  const output = new AdapterOutput({
    listener: {
      onHello: ({ client }) => said.push(`hello ${client.name}`),
      onPong: (id) => said.push(`pong ${id}`),
      onEvent: (trial, { event, line }) => said.push(`${trial} ${event} ${line}`),
      onBreach: (breach) => {
        breaches.push(breach);
        said.push(breach.kind);
      },
    },
    nowNs: () => (clock += 1),
    onFlood: () => said.push('(kill)'),
  });
  return { output, said, breaches, push: (text: string) => output.push(Buffer.from(text)) };
}

it('numbers the lines as they come, blank ones left out', () => {
  const { output, said, push } = outputOf();
  push(hello);
  output.expect('A');
  push('\n{"event":"open","trial":"A"}\r\n  \n{"event":"pong","id":3}\n{"event":"done","trial":"A"}\n');
  expect(said).toEqual(['hello c', 'A open 1', 'pong 3', 'A done 3']);
  expect(output.eventsOf('A')).toBe(2);
  expect(output.lineCount).toBe(4);
});

it('takes an event before hello, of an unknown trial, and a second hello as breaches', () => {
  const { output, said, push } = outputOf();
  output.expect('A');
  push('{"event":"open","trial":"A"}\n');
  push(hello + hello);
  push('{"event":"open","trial":"B\\u0007"}\n');
  expect(said).toEqual(['no-hello', 'hello c', 'second-hello', 'unknown-trial']);
});

it('still knows earlier trials', () => {
  const { output, said, push } = outputOf();
  push(hello);
  output.expect('A');
  output.expect('B');
  push('{"event":"close","trial":"A"}\n');
  expect(said).toEqual(['hello c', 'A close 1']);
});

it('takes an unfinished rest as a breach, unless the kit cut it off', () => {
  for (const isCut of [false, true]) {
    const { output, said, push } = outputOf();
    push(`${hello}{"event":`);
    output.end({ isCut });
    expect(said).toEqual(isCut ? ['hello c'] : ['hello c', 'unfinished-line']);
  }
});

it('stops at 20,000 lines of one trial, and is silent after that', () => {
  const { output, said, push } = outputOf();
  push(hello);
  output.expect('A');
  push('{"event":"open","trial":"A"}\n'.repeat(20_005));
  push('{"event":"done","trial":"A"}\n');
  output.end({ isCut: false });
  expect(said).toHaveLength(1 + 20_000 + 2);
  expect(said.slice(-2)).toEqual(['flood', '(kill)']);
});

it('stops at 16 MiB of one trial', () => {
  const { output, said, push } = outputOf();
  push(hello);
  output.expect('A');
  const line = `{"event":"message","trial":"A","type":"text","data":"${'x'.repeat(65_000)}"}\n`;
  for (let bytes = 0; bytes < 18 * 1024 * 1024; bytes += line.length) push(line);
  expect(said.slice(-2)).toEqual(['flood', '(kill)']);
});

it('stops at 64 MiB between two orders, and starts to count again with each', () => {
  const { output, said, push } = outputOf();
  push(hello);
  const blank = `${' '.repeat(200_000)}\n`;
  for (const trial of ['A', 'B']) {
    output.expect(trial);
    for (let bytes = 0; bytes < 40 * 1024 * 1024; bytes += blank.length) push(blank);
  }
  expect(said).toEqual(['hello c']);
  for (let bytes = 0; bytes < 40 * 1024 * 1024; bytes += blank.length) push(blank);
  expect(said).toEqual(['hello c', 'flood', '(kill)']);
});

it('tells ten breaches of a kind until the next order', () => {
  const { output, said, push } = outputOf();
  push(hello + 'x\n'.repeat(50));
  expect(said).toHaveLength(11);
  output.expect('A');
  push('x\n'.repeat(50));
  expect(said).toHaveLength(21);
});

it('never lets a line grow beyond its bound', () => {
  const { said, push } = outputOf();
  for (let bytes = 0; bytes < 300_000; bytes += 1000) push('z'.repeat(1000));
  expect(said).toEqual(['line-too-long', '(kill)']);
  const whole = outputOf();
  whole.push(`${hello}${'z'.repeat(262_145)}\n`);
  expect(whole.said).toEqual(['hello c', 'line-too-long', '(kill)']);
});

it('the lines do not depend on how the bytes were cut', () => {
  const bytes = Buffer.from('{"ä":"€"}\n\n🙂🙂\nrest');
  fc.assert(
    fc.property(fc.array(fc.nat(bytes.length)), (cuts) => {
      const splitter = new LineSplitter(100);
      const at = [0, ...cuts.sort((a, b) => a - b), bytes.length];
      const lines = at
        .slice(1)
        .flatMap((end, index) => splitter.push(bytes.subarray(at[index], end)).lines.map(String));
      expect([...lines, String(splitter.rest())]).toEqual(['{"ä":"€"}', '', '🙂🙂', 'rest']);
    }),
    { verbose: fc.VerbosityLevel.Verbose },
  );
});
