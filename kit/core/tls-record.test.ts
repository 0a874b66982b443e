import * as fc from 'fast-check';
import { CIPHER_SUITES, deriveTls12Keys, deriveTls13Keys, findCipherSuite, type TrafficKeys } from './tls-keys';
import { CONTENT, RecordOpener, RecordSealer, splitRecords, tryOpen } from './tls-record';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');

// RFC 8448 §3: both application traffic secrets, and the records that follow the handshake.
const SERVER_SECRET = hex('a11af9f05531f856ad47116b45a95032 8204b4f44bfb6b3a4b4f1f3fcb631643');
const CLIENT_SECRET = hex('9e40646ce79a7f9dc05af8889bce6552 875afa0b06df0087f792ebb7c17504a5');
const TICKET_RECORD = hex(`17030300de 3a6b8f90414a97d6959c3487680de5134a2b240e6cffac116e95d41d6af8f6b580dcf3d11d63c758
  db289a015940252f55713e061dc13e078891a38efbcf5753ad8ef170ad3c7353d16d9da773b9ca7f2b9fa1b6c0d4a3d03f75e09c30ba1e62972ac4
  6f75f7b981be63439b2999ce13064615139891d5e4c5b406f16e3fc181a77ca475840025db2f0a77f81b5ab05b94c01346755f69232c86519d86cb
  eeac87aac347d143f9605d64f650db4d023e70e952ca49fe5137121c74bc2697687e248746d6df353005f3bce18696129c8153556b3b6c6779b37b
  f15985684f`);
const SERVER_DATA_RECORD = hex(`1703030043 2e937e11ef4ac740e538ad36005fc4a46932fc3225d05f82aa1b36e30efaf97d90e6dffc602d
  cb501a59a8fcc49c4bf2e5f0a21c0047c2abf332540dd032e167c2955d`);
const SERVER_ALERT_RECORD = hex('1703030013 b58fd67166ebf599d24720cfbe7efa7a8864a9');
const CLIENT_DATA_RECORD = hex(`1703030043 a23f7054b62c94d0affafe8228ba55cbefacea42f914aa66bcab3f2b9819a8a5b46b395bd54a
  9a20441e2b62974e1f5a6292a2977014bd1e3deae63aeebb21694915e4`);
const CLIENT_ALERT_RECORD = hex('1703030013 c9872760655666b74d7ff1153efd6db6d0b0e3');
const FIFTY_BYTES = Buffer.from(Array.from({ length: 50 }, (_, index) => index));

function keysOf(name: string, secret: Buffer = Buffer.alloc(48, 7)): TrafficKeys {
  const suite = findCipherSuite(name);
  if (suite === undefined) throw new Error(`no suite ${name}`);
  if (suite.version === 'TLSv1.3') return deriveTls13Keys(suite, secret);
  return deriveTls12Keys(suite, { masterSecret: secret, clientRandom: secret, serverRandom: secret }).server;
}

const SERVER_KEYS = keysOf('TLS_AES_128_GCM_SHA256', SERVER_SECRET);
const CLIENT_KEYS = keysOf('TLS_AES_128_GCM_SHA256', CLIENT_SECRET);

describe('the trace of RFC 8448 §3', () => {
  it('is sealed byte for byte: the server at sequence number 1, after its ticket', () => {
    const sealer = new RecordSealer(SERVER_KEYS, 1);
    expect(sealer.seal(CONTENT.applicationData, FIFTY_BYTES)).toEqual(SERVER_DATA_RECORD);
    expect(sealer.seal(CONTENT.alert, hex('0100'))).toEqual(SERVER_ALERT_RECORD);
    expect(sealer.sequence).toBe(3);
  });

  it('is sealed byte for byte: the client', () => {
    const sealer = new RecordSealer(CLIENT_KEYS);
    expect(sealer.seal(CONTENT.applicationData, FIFTY_BYTES)).toEqual(CLIENT_DATA_RECORD);
    expect(sealer.seal(CONTENT.alert, hex('0100'))).toEqual(CLIENT_ALERT_RECORD);
  });

  it('is opened: ticket, data, close_notify', () => {
    const opener = new RecordOpener(SERVER_KEYS);
    const opened = opener.push(Buffer.concat([TICKET_RECORD, SERVER_DATA_RECORD, SERVER_ALERT_RECORD]));
    expect(opened.map((one) => one.contentType)).toEqual([22, 23, 21]);
    expect(opened[0]).toMatchObject({ kind: 'record', wireBytes: 227 });
    expect(opened[1]).toEqual({ kind: 'record', contentType: 23, plaintext: FIFTY_BYTES, wireBytes: 72 });
    expect(opened[2]).toEqual({ kind: 'record', contentType: 21, plaintext: hex('0100'), wireBytes: 24 });
  });
});

describe('sealing a record', () => {
  it('takes exactly 2^14 bytes and no more', () => {
    const sealer = new RecordSealer(SERVER_KEYS);
    expect(sealer.seal(23, Buffer.alloc(16384))).toHaveLength(5 + 16384 + 1 + 16);
    expect(() => sealer.seal(23, Buffer.alloc(16385))).toThrow(RangeError);
    expect(() => sealer.seal(23, Buffer.alloc(16384), 1)).toThrow(RangeError);
    expect(sealer.sequence).toBe(1);
  });

  it('pads in TLS 1.3', () => {
    const record = new RecordSealer(SERVER_KEYS).seal(23, hex('aa'), 100);
    expect(record).toHaveLength(5 + 1 + 1 + 100 + 16);
    expect(new RecordOpener(SERVER_KEYS).push(record)).toEqual([
      { kind: 'record', contentType: 23, plaintext: hex('aa'), wireBytes: 123 },
    ]);
  });

  it('refuses padding and key updates in TLS 1.2', () => {
    const sealer = new RecordSealer(keysOf('ECDHE-ECDSA-AES128-GCM-SHA256'));
    expect(() => sealer.seal(23, hex('aa'), 1)).toThrow(RangeError);
    expect(() => sealer.update()).toThrow(RangeError);
  });

  it('starts again at 0 after a KeyUpdate, which an opener follows by itself', () => {
    const sealer = new RecordSealer(SERVER_KEYS, 5);
    const update = sealer.seal(CONTENT.handshake, hex('18 000001 00'));
    sealer.update();
    expect(sealer.sequence).toBe(0);
    const data = sealer.seal(23, hex('bb'));
    const opened = new RecordOpener(SERVER_KEYS, 5).push(Buffer.concat([update, data]));
    expect(opened.map((one) => one.kind)).toEqual(['record', 'record']);
  });

  it('does not repeat itself past 2^32 records', () => {
    const sealer = new RecordSealer(SERVER_KEYS, 2 ** 32 + 1);
    const record = sealer.seal(23, hex('cc'));
    expect(new RecordOpener(SERVER_KEYS, 1).push(record)[0]?.kind).toBe('bad-record');
    expect(new RecordOpener(SERVER_KEYS, 2 ** 32 + 1).push(record)[0]?.kind).toBe('record');
  });
});

describe('opening records', () => {
  it('gives what was sealed, however the bytes are cut, in every suite', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...CIPHER_SUITES.map(({ name }) => name)),
        fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 }),
        fc.array(fc.nat(1600), { maxLength: 6 }),
        (name, plaintexts, cuts) => {
          const sealer = new RecordSealer(keysOf(name));
          const wire = Buffer.concat(plaintexts.map((plaintext) => sealer.seal(23, plaintext)));
          const opener = new RecordOpener(keysOf(name));
          const at = [0, ...cuts.toSorted((a, b) => a - b), wire.length];
          const opened = at.flatMap((start, index) =>
            opener.push(wire.subarray(start, Math.max(start, at[index + 1] ?? start))),
          );
          expect(opened.map((one) => (one.kind === 'record' ? one.plaintext : one.reason))).toEqual(
            plaintexts.map((plaintext) => Buffer.from(plaintext)),
          );
          expect(opener.bufferedBytes).toBe(0);
        },
      ),
    );
  });

  it('waits for the whole of a record', () => {
    const opener = new RecordOpener(SERVER_KEYS, 1);
    expect(opener.push(SERVER_DATA_RECORD.subarray(0, 4))).toEqual([]);
    expect(opener.push(SERVER_DATA_RECORD.subarray(4, 71))).toEqual([]);
    expect(opener.bufferedBytes).toBe(71);
    expect(opener.push(SERVER_DATA_RECORD.subarray(71))).toHaveLength(1);
  });

  it('leaves out ChangeCipherSpec in TLS 1.3 without counting it', () => {
    const opener = new RecordOpener(SERVER_KEYS, 1);
    expect(opener.push(Buffer.concat([hex('14 0303 0001 01'), SERVER_DATA_RECORD]))).toHaveLength(1);
    expect(opener.sequence).toBe(2);
  });

  it('tells a wrong tag as a value, and opens nothing after it', () => {
    const opener = new RecordOpener(SERVER_KEYS, 1);
    const broken = Buffer.from(SERVER_DATA_RECORD);
    broken.writeUInt8(0, 71);
    expect(opener.push(Buffer.concat([broken, SERVER_DATA_RECORD]))).toEqual([
      { kind: 'bad-record', reason: 'authentication', contentType: 23, wireBytes: 72 },
    ]);
    expect(opener.push(SERVER_DATA_RECORD)).toEqual([]);
  });

  it('refuses what no record can be', () => {
    const reasonOf = (keys: TrafficKeys, wire: Buffer): string | undefined => {
      const [one] = new RecordOpener(keys).push(wire);
      return one?.kind === 'bad-record' ? one.reason : undefined;
    };
    const tls12 = keysOf('ECDHE-ECDSA-AES128-GCM-SHA256');
    expect(reasonOf(SERVER_KEYS, hex('15 0303 0002 0100'))).toBe('unprotected');
    expect(reasonOf(SERVER_KEYS, hex('17 0303 0001 00'))).toBe('too-short');
    expect(reasonOf(tls12, hex('17 0303 0001 00'))).toBe('too-short');
    expect(reasonOf(SERVER_KEYS, Buffer.concat([hex('17 0303 4101'), Buffer.alloc(0x4101)]))).toBe('overflow');
    expect(reasonOf(tls12, Buffer.concat([hex('17 0303 4801'), Buffer.alloc(0x4801)]))).toBe('overflow');
  });

  it('tells a TLS 1.3 record without a content type', () => {
    const onlyPadding = new RecordSealer(SERVER_KEYS).seal(0, Buffer.alloc(0), 7);
    expect(new RecordOpener(SERVER_KEYS).push(onlyPadding)).toEqual([
      { kind: 'bad-record', reason: 'no-content', contentType: 23, wireBytes: 29 },
    ]);
  });

  it('follows no KeyUpdate that is not the last message of its record', () => {
    const sealer = new RecordSealer(SERVER_KEYS);
    const wire = [
      sealer.seal(22, hex('18 000001 00 04 000000')),
      sealer.seal(23, hex('aa')),
      sealer.seal(22, hex('18')),
    ];
    const opener = new RecordOpener(SERVER_KEYS);
    expect(opener.push(Buffer.concat(wire)).map((one) => one.kind)).toEqual(['record', 'record', 'record']);
    expect(opener.sequence).toBe(3);
  });
});

describe('trying a key on a record', () => {
  it('tells under which sequence number it is, and keeps no state', () => {
    const [record] = splitRecords(SERVER_ALERT_RECORD).records;
    if (record === undefined) throw new Error('no record');
    expect([0, 1, 2, 3].map((sequence) => tryOpen(SERVER_KEYS, sequence, record)?.contentType)).toEqual([
      undefined,
      undefined,
      21,
      undefined,
    ]);
  });
});

describe('splitting at record headers', () => {
  it('gives whole records and the rest', () => {
    const { records, rest } = splitRecords(hex('16 0301 0002 0100  14 0303 0001 01  17 0303 0005 aabb'));
    expect(
      records.map(({ contentType, version, payload, bytes }) => [contentType, version, payload, bytes.length]),
    ).toEqual([
      [22, 0x0301, hex('0100'), 7],
      [20, 0x0303, hex('01'), 6],
    ]);
    expect(rest).toEqual(hex('17 0303 0005 aabb'));
  });
});
