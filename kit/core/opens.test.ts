import { opens, scriptOfLater } from './opens';
import type { RecordPart, Script, Step } from './script';

const send = (...parts: readonly RecordPart[]): Step => ({
  op: 'send',
  records: [{ kind: 'data', parts, ends: [] }],
  layout: 'segment',
  fin: false,
  stimulus: true,
});
const bytes: RecordPart = { kind: 'bytes', bytes: Buffer.from('x') };
const echo: Step = { op: 'await-close', timeoutMs: 10 };

describe('a script', () => {
  it.each<[string, boolean, Script]>([
    ['a sound 101 comes first', true, [send({ kind: 'response' }, bytes)]],
    ['a sound 101 comes first, behind a freeze', true, [{ op: 'freeze' }, send({ kind: 'response' })]],
    ['the 101 has a defect', false, [send({ kind: 'response', defect: 'wrong-accept' })]],
    ['something comes in front of the 101', false, [send(bytes), send({ kind: 'response' })]],
    ['there is no 101', false, [send(bytes)]],
    ['nothing is sent', false, []],
  ])('where %s: opens %p', (_, opened, script) => {
    expect(opens(script)).toBe(opened);
  });
});

describe('who comes again', () => {
  it('is let in and told nothing', () => {
    expect(scriptOfLater([send({ kind: 'response' }, bytes)])).toEqual([
      {
        op: 'send',
        records: [{ kind: 'data', parts: [{ kind: 'response' }], ends: [] }],
        layout: 'stream',
        fin: false,
        stimulus: false,
      },
      { op: 'wait', ms: 2_147_483_647 },
    ]);
  });

  it('is refused again where nobody is let in, and not waited for', () => {
    const script = [send({ kind: 'response', defect: 'half' }), echo, send(bytes)];
    expect(scriptOfLater(script)).toEqual([script[0], script[2]]);
  });
});
