import * as fc from 'fast-check';
import { applyMask, buildFrame, closeBody, FrameParser, opcodes, type FrameSpec, type Parsed } from './frame';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');
const maskingKey = hex('37fa213d');

/** RFC 6455 §5.7, example by example. */
const examples: readonly (readonly [string, FrameSpec, string])[] = [
  ['an unmasked text message', { opcode: opcodes.text, payload: Buffer.from('Hello') }, '81 05 48 65 6c 6c 6f'],
  [
    'a masked text message',
    { opcode: opcodes.text, payload: Buffer.from('Hello'), maskingKey },
    '81 85 37 fa 21 3d 7f 9f 4d 51 58',
  ],
  ['a first fragment', { opcode: opcodes.text, payload: Buffer.from('Hel'), fin: false }, '01 03 48 65 6c'],
  ['a last fragment', { opcode: opcodes.continuation, payload: Buffer.from('lo') }, '80 02 6c 6f'],
  ['an unmasked Ping', { opcode: opcodes.ping, payload: Buffer.from('Hello') }, '89 05 48 65 6c 6c 6f'],
  [
    'a masked Pong',
    { opcode: opcodes.pong, payload: Buffer.from('Hello'), maskingKey },
    '8a 85 37 fa 21 3d 7f 9f 4d 51 58',
  ],
  ['256 bytes of binary', { opcode: opcodes.binary, payload: Buffer.alloc(256, 7) }, `82 7e 01 00 ${'07'.repeat(256)}`],
  [
    '64 KiB of binary',
    { opcode: opcodes.binary, payload: Buffer.alloc(65_536, 7) },
    `82 7f 00 00 00 00 00 01 00 00 ${'07'.repeat(65_536)}`,
  ],
];

const framesOf = (found: readonly Parsed[]): unknown[] =>
  found.map((each) => (each.kind === 'frame' ? each.frame : each));

describe('the frames of RFC 6455 §5.7', () => {
  it.each(examples)('%s is built', (_, spec, bytes) => {
    expect(buildFrame(spec).equals(hex(bytes))).toBe(true);
  });

  it.each(examples)('%s is parsed', (_, spec, bytes) => {
    const [parsed, ...others] = new FrameParser().push(hex(bytes));
    expect(others).toEqual([]);
    expect(parsed).toMatchObject({
      kind: 'frame',
      frame: { fin: spec.fin ?? true, rsv: 0, opcode: spec.opcode, masked: spec.maskingKey !== undefined },
    });
    expect(parsed?.kind === 'frame' && parsed.frame.payload.equals(spec.payload)).toBe(true);
  });
});

describe('a frame', () => {
  it.each([
    [0, '82 00'],
    [125, '82 7d'],
    [126, '82 7e 00 7e'],
    [127, '82 7e 00 7f'],
    [65_535, '82 7e ff ff'],
    [65_536, '82 7f 00 00 00 00 00 01 00 00'],
  ])('of %i bytes has the shortest length form', (bytes, header) => {
    const frame = buildFrame({ opcode: opcodes.binary, payload: Buffer.alloc(bytes) });
    expect(frame.subarray(0, frame.length - bytes)).toEqual(hex(header));
  });

  it('is built though it is illegal: reserved bits, a reserved opcode, a long or fragmented control frame', () => {
    expect(buildFrame({ opcode: 0x3, rsv: 5, payload: Buffer.alloc(0) })).toEqual(hex('d3 00'));
    const long = { opcode: opcodes.ping, fin: false, payload: Buffer.alloc(126) };
    expect(buildFrame(long).subarray(0, 4)).toEqual(hex('09 7e 00 7e'));
    expect(framesOf(new FrameParser().push(hex('d3 00')))).toEqual([
      { fin: true, rsv: 5, opcode: 3, masked: false, payload: Buffer.alloc(0) },
    ]);
  });

  it('that is announced larger than the parser keeps ends the parsing', () => {
    const parser = new FrameParser(5);
    expect(parser.push(hex('81 05 48 65 6c 6c 6f 82 06'))).toMatchObject([
      { kind: 'frame' },
      { kind: 'oversize', bytes: 6 },
    ]);
    expect(parser.push(hex('81 00'))).toEqual([]);
    expect(parser.unfinishedBytes).toBe(0);
    expect(new FrameParser().push(hex('82 ff ff ff ff ff ff ff ff ff 00 00 00 00'))).toEqual([
      { kind: 'oversize', bytes: 2 ** 64 },
    ]);
  });

  it('that has begun and not ended is waited for', () => {
    const parser = new FrameParser();
    expect(parser.push(hex('81 85 37'))).toEqual([]);
    expect(parser.unfinishedBytes).toBe(3);
    expect(parser.push(hex('fa 21 3d 7f 9f 4d 51 58'))).toHaveLength(1);
    expect(parser.unfinishedBytes).toBe(0);
  });

  it('keeps its payload when the bytes that it came in change', () => {
    const bytes = hex('81 02 48 69');
    const [found] = new FrameParser().push(bytes);
    bytes.fill(0);
    expect(framesOf(found ? [found] : [])).toMatchObject([{ payload: Buffer.from('Hi') }]);
  });
});

describe('the body of a Close', () => {
  it.each([
    [undefined, undefined, ''],
    [1000, undefined, '03e8'],
    [4001, 'bye', '0fa1 627965'],
    [0, '', '0000'],
    [65_535, '€', 'ffff e282ac'],
  ])('with code %p and reason %p', (code, reason, body) => {
    expect(closeBody(code, reason)).toEqual(hex(body));
  });
});

describe('properties of frames', () => {
  const spec = fc.record(
    {
      opcode: fc.integer({ min: 0, max: 15 }),
      payload: fc.oneof(
        { weight: 5, arbitrary: fc.uint8Array({ maxLength: 140 }) },
        fc.constantFrom(65_535, 65_536).map((bytes) => new Uint8Array(bytes).fill(bytes)),
      ),
      fin: fc.boolean(),
      rsv: fc.integer({ min: 0, max: 7 }),
      maskingKey: fc.uint8Array({ minLength: 4, maxLength: 4 }),
    },
    { requiredKeys: ['opcode', 'payload', 'fin', 'rsv'] },
  );

  it('masking twice gives the payload back', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array({ minLength: 4, maxLength: 4 }), (payload, key) => {
        expect(applyMask(applyMask(payload, key), key)).toEqual(Buffer.from(payload));
      }),
    );
  });

  it('any cut of the bytes of frames parses to the same frames', () => {
    fc.assert(
      fc.property(fc.array(spec, { maxLength: 5 }), fc.array(fc.nat(), { maxLength: 8 }), (specs, cuts) => {
        const bytes = Buffer.concat(specs.map(buildFrame));
        const at = cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b);
        const parser = new FrameParser();
        const found = [0, ...at].flatMap((from, index) => parser.push(bytes.subarray(from, at[index] ?? bytes.length)));
        expect(found).toHaveLength(specs.length);
        for (const [index, each] of found.entries()) {
          const { opcode, payload, fin, rsv, maskingKey } = specs[index]!;
          const frame = each.kind === 'frame' ? each.frame : undefined;
          expect({ ...frame, payload: undefined }).toEqual({
            opcode,
            fin,
            rsv,
            masked: maskingKey !== undefined,
            payload: undefined,
          });
          expect(frame?.payload.equals(payload)).toBe(true);
        }
        expect(parser.unfinishedBytes).toBe(0);
      }),
    );
  });
});
