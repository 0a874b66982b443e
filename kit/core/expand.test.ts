import * as fc from 'fast-check';
import type { Case, CasePart, Piece, StepPlan, Transport } from './case';
import { ackText, expand, isFrozen, patience } from './expand';
import { FrameParser } from './frame';
import * as n from './notation';
import type { RecordSpec, Script, Step } from './script';

const nonce = '0123456789abcdef0123456789abcdef';
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');

const base: Case = {
  id: 'family/name',
  title: '',
  class: 'D',
  level: 'must',
  transports: ['tls12', 'tls13', 'plain'],
  basis: [],
  exposes: '',
  messages: {
    A: { kind: 'text', text: 'Hello', salted: false },
    B: { kind: 'binary', bytes: 3 },
    L: { kind: 'answer' },
  },
  parts: [],
};
const partOf = (script: readonly StepPlan[], changes: Partial<CasePart> = {}): CasePart => ({
  script,
  expect: { deliver: [], close: { reported: 'must' } },
  ...changes,
});
const scriptOf = (script: readonly StepPlan[], transport: Transport = 'tls13', kase: Partial<Case> = {}): Script =>
  expand({ ...base, ...kase }, partOf(script), { nonce, transport }).script;

/** The records of the one send step behind the 101. */
function recordsOf(step: StepPlan, transport?: Transport): readonly RecordSpec[] {
  const [, sent] = scriptOf([step], transport);
  return sent?.op === 'send' ? sent.records : [];
}

function bytesOf(record: RecordSpec | undefined): Buffer {
  if (record?.kind !== 'data') throw new Error('no data record');
  return Buffer.concat(record.parts.map((part) => (part.kind === 'bytes' ? part.bytes : Buffer.from('101'))));
}

const opsOf = (script: Script): string => script.map((step) => step.op).join(' ');

describe('a script', () => {
  it('begins with the 101, which is not its stimulus', () => {
    expect(scriptOf([n.O])).toEqual([
      {
        op: 'send',
        records: [{ kind: 'data', parts: [{ kind: 'response' }], ends: [] }],
        layout: 'stream',
        fin: false,
        stimulus: false,
      },
      { op: 'await-offer', timeoutMs: patience.offerMs },
    ]);
  });

  it('that sends the 101 itself gets no other', () => {
    expect(opsOf(scriptOf([n.accept, n.O]))).toBe('send await-offer');
    const [glued] = scriptOf([n.segment(n.record(n.response, n.message('A'))), n.O]);
    expect(glued).toMatchObject({
      stimulus: true,
      records: [{ parts: [{ kind: 'response' }, { bytes: hex('81 05 48656c6c6f') }], ends: ['A'] }],
    });
  });

  it('that refuses sends no 101, and the frame of a message as the body', () => {
    const script = scriptOf([n.segment(n.record(n.refusal(404, 'Not Found', [['X', 'y']], 'A')), n.FIN)]);
    expect(script).toHaveLength(1);
    const [step] = script;
    const [record] = step?.op === 'send' ? step.records : [];
    expect(record).toMatchObject({ ends: ['A'], says: 'HTTP 404' });
    expect(bytesOf(record).toString('latin1')).toBe(
      'HTTP/1.1 404 Not Found\r\nX: y\r\nContent-Type: application/octet-stream\r\nContent-Length: 7\r\n\r\n\x81\x05Hello',
    );
  });

  it('says what is wrong with its 101', () => {
    expect(scriptOf([n.stream(n.record(n.badResponse('half')))])).toMatchObject([
      { records: [{ parts: [{ kind: 'response', defect: 'half' }], ends: [], says: 'half of the 101' }] },
    ]);
  });

  it('has every step of the notation', () => {
    const script = scriptOf([n.ECHO, n.ACK, n.W(7), n.FRZ, n.THW, n.STOP_READING, n.DROP, n.RST, n.ABANDON]);
    expect(script.slice(1)).toEqual<Step[]>([
      { op: 'await-close', timeoutMs: patience.echoMs },
      { op: 'await-ack', timeoutMs: patience.ackMs },
      { op: 'wait', ms: 7 },
      { op: 'freeze' },
      { op: 'thaw' },
      { op: 'stop-reading' },
      { op: 'drop' },
      { op: 'reset' },
      { op: 'abandon' },
    ]);
  });

  it('waits for an acknowledgement of the first message, or goes another way', () => {
    const { messages, script } = expand(base, partOf([n.appAck(5000, n.stream(n.CN), n.stream(n.FIN)), n.O]), {
      nonce,
      transport: 'plain',
    });
    expect(script[1]).toEqual({
      op: 'await-message',
      text: ackText(messages.get('A')!),
      timeoutMs: 5000,
      otherwise: [{ op: 'send', records: [], layout: 'stream', fin: true, stimulus: true }],
    });
    expect(() => scriptOf([n.appAck(5000)], 'tls13', { messages: {} })).toThrow('needs a message');
  });

  it('of an unknown step is a fault of the kit', () => {
    // @ts-expect-error: no such step
    const step: StepPlan = { op: 'sing' };
    expect(() => scriptOf([step])).toThrow('unknown step');
  });
});

describe('a record', () => {
  it('holds all its pieces, and says which messages and which Close end in it', () => {
    const [record] = recordsOf(
      n.segment(n.record(n.ping('p'), n.message('A'), n.close(1000, 'r'), n.pong('q'), n.close())),
    );
    expect(bytesOf(record)).toEqual(hex('8901 70  8105 48656c6c6f  8803 03e8 72  8a01 71  8800'));
    expect(record).toMatchObject({ ends: ['A'], closeCode: 1000 });
  });

  it.each([
    [n.close(), '8800', 1005],
    [n.closeWithBody(''), '8800', 1005],
    [n.closeWithBody('03'), '8801 03', 1005],
    [n.closeWithBody('03e8fffe'), '8804 03e8fffe', 1000],
    [n.close(0), '8802 0000', 0],
  ])('has the code of its Close', (piece: Piece, bytes, closeCode) => {
    const [record] = recordsOf(n.stream(n.record(piece)));
    expect(bytesOf(record)).toEqual(hex(bytes));
    expect(record).toMatchObject({ closeCode, ends: [] });
  });

  it('holds fragments: the first has the type, the last ends the message', () => {
    const [record] = recordsOf(
      n.stream(
        n.record(n.fragment('A', 0, 2, false), n.fragment('A', 2, 2, false), n.fragment('A', 2, undefined, true)),
      ),
    );
    expect(bytesOf(record)).toEqual(hex('0102 4865  0000  8003 6c6c6f'));
    expect(record).toMatchObject({ ends: ['A'] });
    expect(recordsOf(n.stream(n.record(n.fragment('A', 0, 2, false))))[0]).toMatchObject({ ends: [] });
  });

  it('is binary where its message is', () => {
    expect(bytesOf(recordsOf(n.stream(n.record(n.message('B'))))[0]).subarray(0, 2)).toEqual(hex('8203'));
  });

  it('of zero length holds nothing', () => {
    expect(recordsOf(n.stream(n.empty))).toEqual([{ kind: 'data', parts: [], ends: [] }]);
  });

  it('that is sent by half ends nothing', () => {
    expect(recordsOf(n.stream(n.halfRecord(n.message('A'), n.close(1000))))).toEqual([
      {
        kind: 'data',
        parts: [
          { kind: 'bytes', bytes: hex('8105 48656c6c6f') },
          { kind: 'bytes', bytes: hex('8802 03e8') },
        ],
        ends: [],
        half: true,
      },
    ]);
  });

  it('of some of the bytes ends what ends in these', () => {
    const pieces = [n.message('A'), n.close(1000)];
    const cuts = (from: number, to?: number): RecordSpec | undefined =>
      recordsOf(n.stream(n.slice(pieces, from, to)))[0];
    expect(cuts(0, 3)).toEqual({ kind: 'data', parts: [{ kind: 'bytes', bytes: hex('8105 48') }], ends: [] });
    expect(cuts(3, 7)).toMatchObject({ ends: ['A'] });
    expect(cuts(-6, -4)).toEqual({ kind: 'data', parts: [{ kind: 'bytes', bytes: hex('6c6f') }], ends: ['A'] });
    expect(cuts(-4)).toEqual({
      kind: 'data',
      parts: [{ kind: 'bytes', bytes: hex('8802 03e8') }],
      ends: [],
      closeCode: 1000,
    });
    expect(bytesOf(cuts(7, 99))).toEqual(hex('8802 03e8'));
    const toOnly = { record: 'data', pieces, to: 7 } as const;
    expect(recordsOf(n.stream(toOnly))[0]).toMatchObject({ ends: ['A'] });
  });

  it('for each byte ends the message with its last', () => {
    const records = recordsOf(n.stream(n.bytewise(n.message('A'), n.close(1000))));
    expect(records.map((record) => bytesOf(record).toString('hex')).join(' ')).toBe('81 05 48 65 6c 6c 6f 88 02 03 e8');
    expect(records.flatMap((record, at) => (record.kind === 'data' && record.ends.length > 0 ? at : []))).toEqual([6]);
    expect(records.flatMap((record, at) => (record.kind === 'data' && record.closeCode === 1000 ? at : []))).toEqual([
      10,
    ]);
  });

  it('of the 101 are cut when the request is known', () => {
    const greeting = n.apart(n.bytewise(n.responsePart(0, -1)), n.record(n.responsePart(-1), n.message('A')));
    const [sent] = scriptOf([greeting]);
    expect(sent).toMatchObject({ op: 'send', layout: 'records', stimulus: true });
    expect(sent?.op === 'send' ? sent.records : []).toEqual([
      { kind: 'data', parts: [{ kind: 'response', from: 0, to: -1 }], ends: [], bytewise: true },
      {
        kind: 'data',
        parts: [
          { kind: 'response', from: -1 },
          { kind: 'bytes', bytes: hex('81 05 48656c6c6f') },
        ],
        ends: ['A'],
      },
    ]);
  });

  it('names a message as often as it is sent', () => {
    expect(recordsOf(n.stream(n.record(n.message('A'), n.message('A'))))[0]).toMatchObject({ ends: ['A', 'A'] });
  });

  it('of a message that the case has not is a fault of the kit', () => {
    expect(() => scriptOf([n.stream(n.record(n.message('Z')))])).toThrow('no message named Z');
  });

  it('any cut of some bytes carries the same bytes and ends the same messages', () => {
    const pieces = [n.message('A'), n.ping('p'), n.message('B'), n.close(4001, 'bye'), n.message('L')];
    const whole = bytesOf(recordsOf(n.stream(n.record(...pieces)))[0]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: whole.length - 1 }), { maxLength: 6 }), (cuts) => {
        const at = [0, ...[...new Set(cuts)].sort((a, b) => a - b)];
        const records = recordsOf(n.stream(...at.map((from, index) => n.slice(pieces, from, at[index + 1]))));
        expect(Buffer.concat(records.map(bytesOf)).equals(whole)).toBe(true);
        expect(records.flatMap((record) => (record.kind === 'data' ? record.ends : []))).toEqual(['A', 'B', 'L']);
        expect(records.flatMap((record) => (record.kind === 'data' ? (record.closeCode ?? []) : []))).toEqual([4001]);
        expect(new FrameParser().push(whole)).toHaveLength(5);
      }),
    );
  });
});

describe('close_notify and FIN', () => {
  it('are an alert of level warning, and the end of the step', () => {
    expect(scriptOf([n.segment(n.CN, n.FIN)], 'tls12')[1]).toEqual({
      op: 'send',
      records: [{ kind: 'alert', level: 'warning', description: 0 }],
      layout: 'segment',
      fin: true,
      stimulus: true,
    });
  });

  it('leave only the FIN on plain `ws`, and nothing at all of a step without one', () => {
    const script = scriptOf([n.dribble(n.CN, n.FIN), n.segment(n.CN)], 'plain');
    expect(script.slice(1)).toEqual([{ op: 'send', records: [], layout: 'bytes', fin: true, stimulus: true }]);
  });
});

describe('a case of class F', () => {
  const frozen = (script: readonly StepPlan[], changes: Partial<CasePart> = {}): string =>
    opsOf(expand({ ...base, class: 'F' }, partOf(script, changes), { nonce, transport: 'tls13' }).script);
  const answer = n.segment(n.record(n.message('A')));

  it('is frozen from before the stimulus to behind the ACK of its last byte', () => {
    expect(frozen([n.O, answer, n.stream(n.FIN)])).toBe('send await-offer freeze send send await-ack thaw');
    expect(frozen([n.STOP_READING, n.W(50), answer, n.ACK, n.DROP])).toBe(
      'send stop-reading wait freeze send await-ack drop thaw',
    );
    expect(frozen([n.O, answer, n.ACK, n.RST])).toBe('send await-offer freeze send await-ack reset thaw');
    expect(frozen([n.O, answer, n.ABANDON])).toBe('send await-offer freeze send abandon await-ack thaw');
    expect(frozen([n.O, answer, n.W(50)])).toBe('send await-offer freeze send await-ack thaw wait');
  });

  it('is thawed before anything is awaited of its client', () => {
    expect(frozen([n.O, answer, n.ECHO, n.stream(n.CN, n.FIN)])).toBe(
      'send await-offer freeze send await-ack thaw await-close send',
    );
    expect(frozen([n.O, answer, n.appAck(1), n.stream(n.FIN)])).toBe(
      'send await-offer freeze send await-ack thaw await-message send',
    );
  });

  it('is left as it is where it freezes by itself, or is live', () => {
    expect(frozen([n.O, n.FRZ, answer, n.THW])).toBe('send await-offer freeze send thaw');
    expect(frozen([n.O, answer], { live: true })).toBe('send await-offer send');
  });

  it('is told from others', () => {
    expect(isFrozen(base, partOf([n.O]))).toBe(false);
    expect(isFrozen(base, partOf([n.FRZ]))).toBe(true);
    expect(isFrozen({ ...base, class: 'F' }, partOf([n.O]))).toBe(true);
    expect(isFrozen({ ...base, class: 'F' }, partOf([n.O], { live: true }))).toBe(false);
  });
});

describe('the reactions', () => {
  const reactionsOf = (changes: Partial<CasePart>): unknown =>
    expand(base, partOf([n.O], changes), { nonce, transport: 'tls13' }).reactions;

  it('begin with the offer', () => {
    const { offer, reactions } = expand(base, partOf([n.O]), { nonce, transport: 'tls13' });
    expect(offer).toContain(nonce);
    expect(reactions).toEqual([{ when: 'open', send: [{ text: offer }] }]);
  });

  it('are a slow handler and an acknowledgement of the first message', () => {
    const { messages } = expand(base, partOf([n.O]), { nonce, transport: 'tls13' });
    expect(
      reactionsOf({
        reactions: [
          { kind: 'slow-handler', sleepMs: 50 },
          { kind: 'ack', message: 'A' },
        ],
      }),
    ).toMatchObject([
      { when: 'open' },
      { when: 'message', sleepMs: 50 },
      { when: 'message', nth: 1, send: [{ text: ackText(messages.get('A')!) }] },
    ]);
    expect(JSON.parse(ackText(messages.get('A')!))).toEqual({
      type: 'ack',
      of: '185f8db32271fe25f561a6fc938b2e26',
    });
  });

  it('are a Close behind the offer, or on the first message', () => {
    const close = { kind: 'close', code: 4002, reason: 'r' } as const;
    expect(reactionsOf({ reactions: [{ ...close, on: 'open' }] })).toMatchObject([
      { when: 'open', send: [{}] },
      { when: 'open', close: { code: 4002, reason: 'r' } },
    ]);
    expect(reactionsOf({ reactions: [{ ...close, on: 'message' }] })).toMatchObject([
      { when: 'open', send: [{}] },
      { when: 'message', nth: 1, close: { code: 4002, reason: 'r' } },
    ]);
  });

  it('are candidates of the client’s own', () => {
    const text = (index: number): string =>
      `{"type":"candidate","nonce":"${nonce}","index":${index},"candidate":"udp 1 192.0.2.${index} 9"}`;
    expect(reactionsOf({ reactions: [{ kind: 'send-candidates', count: 2, everyMs: 100 }] })).toMatchObject([
      { when: 'open' },
      { when: 'message', nth: 1, send: [{ text: text(1) }, { text: text(2) }], everyMs: 100 },
    ]);
  });

  it('to a message that the case has not are a fault of the kit', () => {
    expect(() => reactionsOf({ reactions: [{ kind: 'ack', message: 'Z' }] })).toThrow('no message named Z');
  });
});
