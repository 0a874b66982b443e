import type { Case, CasePart } from '../core/case';
import {
  ABANDON,
  ACK,
  appAck,
  badResponse,
  close,
  closeWithBody,
  CN,
  ECHO,
  FIN,
  fragment,
  FRZ,
  halfRecord,
  IMPOSE,
  KILL,
  LIFT,
  message,
  O,
  queued,
  record,
  refusal,
  response,
  RST,
  segment,
  slice,
  stream,
  THW,
} from '../core/notation';
import { lintCatalogue } from './lint-catalogue';

const soundPart: CasePart = {
  script: [O, segment(record(message('A')), record(close(1000)), CN, FIN)],
  expect: { deliver: ['A'], close: { reported: 'must', codes: [1000], clean: true } },
};

const sound: Case = {
  id: 'family/name',
  title: 'A title',
  class: 'D',
  level: 'must',
  transports: ['tls12', 'tls13', 'plain'],
  basis: ['DELIVER', 'RFC 6455 §6.2', 'WHATWG §4', 'KIT'],
  exposes: 'A fault.',
  messages: { A: { kind: 'answer' } },
  parts: [soundPart],
};

const lint = (changes: Partial<Case>): string[] => lintCatalogue([{ ...sound, ...changes }]);
const lintPart = (changes: Partial<CasePart>, kase: Partial<Case> = {}): string[] =>
  lint({ ...kase, parts: [{ ...soundPart, ...changes }] });

const wrongDelivery =
  'family/name@: `deliver` is not what the script sends whole before its first Close or close_notify';

describe('the lint of a catalogue finds nothing wrong with', () => {
  it('a sound case', () => {
    expect(lint({})).toEqual([]);
  });

  it('a message in fragments and records of which none is whole', () => {
    const [first, second] = [fragment('A', 0, 10, false), fragment('A', 10, undefined, true)];
    const script = [
      O,
      stream(slice([first, second, close(1000)], 0, 5)),
      stream(slice([first, second, close(1000)], 5), FIN),
    ];
    expect(lintPart({ script })).toEqual([]);
  });

  it('a part that waits for an acknowledgement and has another end without it', () => {
    const script = [
      O,
      segment(record(message('A'))),
      appAck(5000, stream(record(close(4008)), FIN)),
      stream(record(close(1000)), FIN),
    ];
    const expectation = { deliver: ['A'], close: { reported: 'must', codes: [1000, 4008] } } as const;
    expect(
      lintPart({ script, expect: expectation, reactions: [{ kind: 'ack', message: 'A' }], requires: ['react-send'] }),
    ).toEqual([]);
  });
});

describe('the lint of a client that is told to close', () => {
  const order = { kind: 'close', on: 'message', code: 4002, reason: '' } as const;
  const script = [O, segment(record(message('A')), record(close(1000))), ECHO, stream(FIN)];
  const lintOrder = (changes: Partial<CasePart>): string[] =>
    lintPart({ script, reactions: [order], requires: ['react-close'], ...changes });

  it('finds nothing where its Close is waited for', () => {
    expect(lintOrder({})).toEqual([]);
  });

  it('finds what it does not require', () => {
    expect(lintOrder({ requires: [] })).toEqual(['family/name@: it does not require react-close']);
    expect(lintPart({ reactions: [{ kind: 'send-candidates', count: 10, everyMs: 0 }] })).toEqual([
      'family/name@: it does not require react-send',
    ]);
  });

  it('finds a second order', () => {
    expect(lintOrder({ reactions: [order, { ...order, code: 4003 }] })).toEqual([
      'family/name@: the client is told twice to close',
    ]);
  });

  it('finds a code that is no application’s own', () => {
    expect(lintOrder({ reactions: [{ ...order, code: 1001 }] })).toEqual([
      'family/name@: no application may close with 1001, or many would',
    ]);
  });

  it('finds that the client’s own code is the one to be reported', () => {
    const own = [O, segment(record(message('A')), record(close(4002))), ECHO, stream(FIN)];
    expect(
      lintOrder({ script: own, expect: { deliver: ['A'], close: { reported: 'must', codes: [4002] } } }),
    ).toContain('family/name@: 4002 is the client’s own code');
  });

  it('finds no message to close on', () => {
    expect(
      lintPart(
        {
          script: [O, ECHO, stream(FIN)],
          reactions: [order],
          requires: ['react-close'],
          expect: { deliver: [], close: { reported: 'must' } },
        },
        { messages: {} },
      ),
    ).toEqual(['family/name@: no message comes that it could close on']);
  });

  it('finds that its Close is not waited for', () => {
    expect(lintOrder({ script: [O, segment(record(message('A')), record(close(1000))), stream(FIN)] })).toEqual([
      'family/name@: the Close of the client is not waited for',
    ]);
  });
});

describe('the lint of a catalogue finds, in a case,', () => {
  it('an id that is used twice', () => {
    expect(lintCatalogue([sound, sound])).toEqual(['family/name: the id is used twice']);
  });

  it.each(['name', 'Family/name', 'family/a/b', 'family/-a', 'family/a_b'])('the id %s', (id) => {
    expect(lint({ id })).toEqual([`${id}: the id is not \`family/name\``]);
  });

  it('an empty title', () => {
    expect(lint({ title: '' })).toEqual(['family/name: title or `exposes` is empty']);
  });

  it('nothing that it exposes', () => {
    expect(lint({ exposes: '' })).toEqual(['family/name: title or `exposes` is empty']);
  });

  it('no basis', () => {
    expect(lint({ basis: [] })).toEqual(['family/name: it rests on no clause']);
  });

  it('a clause that leads to no section', () => {
    expect(lint({ basis: ['RFC 6455 §end'] })).toEqual(['family/name: RFC 6455 §end is no section of a standard']);
  });

  it('no transport', () => {
    expect(lint({ transports: [] })).toEqual([
      'family/name: it runs on no transport',
      'family/name@: it runs on no transport',
    ]);
  });

  it('no part', () => {
    expect(lint({ parts: [], messages: {} })).toEqual(['family/name: it has no part']);
  });

  it('two parts of one name', () => {
    const part = { ...soundPart, name: 'a' };
    expect(lint({ parts: [part, part] })).toEqual(['family/name: two parts are named a']);
  });

  it('a part of several without a name', () => {
    expect(lint({ parts: [{ ...soundPart, name: 'a' }, soundPart] })).toEqual([
      'family/name: a part of several has no name',
    ]);
  });

  it('a part whose name has other signs than small letters, digits and hyphens', () => {
    expect(lint({ parts: [{ ...soundPart, name: 'A 1' }] })).toEqual(['family/name: A 1 is no name for a part']);
  });

  it('a part that is named like a transport', () => {
    expect(lint({ parts: [{ ...soundPart, name: 'tls12' }] })).toEqual([
      'family/name: a part is named like the transport tls12',
    ]);
  });

  it('a message that is expected and does not exist', () => {
    const expectation = { deliver: ['A', 'B'], close: { reported: 'must' } } as const;
    expect(lintPart({ expect: expectation })).toEqual(['family/name: there is no message B', wrongDelivery]);
  });

  it('a message that is sent and does not exist, in which case nothing expands', () => {
    const script = [O, stream(record(message('B')), FIN)];
    expect(lintPart({ script })).toEqual([
      'family/name: there is no message B',
      'family/name@: it does not expand on tls12: TypeError: the case has no message named B',
      'family/name@: it does not expand on tls13: TypeError: the case has no message named B',
      'family/name@: it does not expand on plain: TypeError: the case has no message named B',
    ]);
  });

  it('a message that no part uses', () => {
    const messages = { A: { kind: 'answer' }, B: { kind: 'answer' } } as const;
    expect(lint({ messages })).toEqual(['family/name: the message B is not used']);
  });
});

describe('the lint of a catalogue finds, in a part,', () => {
  it('a transport that its case does not have', () => {
    expect(lintPart({ transports: ['plain'] }, { transports: ['tls13'] })).toEqual([
      'family/name@: its case does not run on plain',
    ]);
  });

  it.each([
    ['a message that is not sent', [O, stream(record(close(1000)), FIN)]],
    ['a message whose frame is cut', [O, stream(slice([message('A')], 0, -1), FIN)]],
    ['a message whose last fragment is missing', [O, stream(record(fragment('A', 0, 9, false)), FIN)]],
    ['a message that comes twice', [O, stream(record(message('A'), message('A'), close(1000)), FIN)]],
    ['a message behind the Close', [O, stream(record(close(1000), message('A')), FIN)]],
    ['a message behind close_notify', [O, stream(CN, record(message('A')), record(close(1000)), FIN)]],
    ['a message in half a record', [O, stream(halfRecord(message('A')), FIN)]],
  ])('as expected, %s', (_, script) => {
    const expectation = { deliver: ['A'], close: { reported: 'must' } } as const;
    expect(lintPart({ script, expect: expectation }, { transports: ['tls13'] })).toContain(wrongDelivery);
  });

  it('a message of the other type', () => {
    const messages = { A: { kind: 'text', text: '', salted: false }, B: { kind: 'binary', bytes: 0 } } as const;
    const script = [O, stream(record(message('B')), record(message('A')), FIN)];
    const expectation = { deliver: ['A', 'B'], close: { reported: 'must' } } as const;
    expect(lintPart({ script, expect: expectation }, { messages })).toEqual([wrongDelivery]);
  });

  it('a message that must never surface and is not sent', () => {
    const never = { names: ['B'], whatwg: 'must', others: 'must' } as const;
    const messages = { A: { kind: 'answer' }, B: { kind: 'answer' } } as const;
    expect(lintPart({ expect: { ...soundPart.expect, never } }, { messages })).toEqual([
      'family/name@: B must never surface, and is not sent',
    ]);
  });

  it('a message that must never surface and is expected', () => {
    const never = { names: ['A'], whatwg: 'must', others: 'must' } as const;
    expect(lintPart({ expect: { ...soundPart.expect, never } })).toEqual([
      'family/name@: A is expected, and must never surface',
    ]);
  });

  it.each([
    ['that of the Close', close(1000), [1001], '1000'],
    ['1005 for an empty Close', close(), [1000], '1005'],
    ['a failure where the body is one byte long', closeWithBody('03'), [1000], '1002 or 1006'],
    ['a failure where the body is 126 bytes long', close(1000, 'x'.repeat(124)), [1000], '1002 or 1006'],
    ['that of the Close, also where 1006 is wanted', close(1000), [1006], '1000'],
  ])('another code than %s', (_, piece, codes, right) => {
    const script = [O, stream(record(message('A')), record(piece), FIN)];
    expect(lintPart({ script, expect: { deliver: ['A'], close: { reported: 'must', codes } } })).toEqual([
      `family/name@: the script gives no client the code ${codes.join()}`,
      `family/name@: the script gives the code ${right}`,
    ]);
  });

  it('another code than 1006 where there is no Close', () => {
    const script = [O, stream(record(message('A')), FIN)];
    expect(lintPart({ script, expect: { deliver: ['A'], close: { reported: 'must', codes: [1006, 1005] } } })).toEqual([
      'family/name@: the script gives no client the code 1005',
    ]);
  });

  it('a clean close where there is no Close', () => {
    const script = [O, stream(record(message('A')), FIN)];
    expect(lintPart({ script, expect: { deliver: ['A'], close: { reported: 'must', clean: true } } })).toEqual([
      'family/name@: a close cannot be clean where no Close frame is received',
    ]);
  });

  it.each([
    ['a FIN', stream(record(message('A')), FIN)],
    ['a reset', RST],
    ['an abandonment', ABANDON],
  ])('something that is sent behind %s', (_, end) => {
    const script = [O, stream(record(message('A'))), end, stream(record(close(1000)))];
    expect(lintPart({ script })).toContain('family/name@: something is sent behind the end');
  });

  it('a record of more than 2^14 bytes', () => {
    const messages = { A: { kind: 'answer', bytes: 16_380 } } as const;
    expect(lintPart({}, { messages })).toEqual([]);
    const script = [O, stream(record(message('A'), close(1000)), FIN)];
    expect(lintPart({ script }, { messages })).toEqual(['family/name@: a record is larger than 2^14 bytes']);
  });

  it('more than 60 KB for a frozen client, unless the part is live', () => {
    const pieces = [message('A'), close(1000)];
    const records = [0, 1, 2, 3].map((at) => slice(pieces, at * 16_000, at === 3 ? undefined : (at + 1) * 16_000));
    const script = [O, segment(...records, FIN)];
    const kase = { class: 'F', messages: { A: { kind: 'answer', bytes: 60_000 } } } as const;
    expect(lintPart({ script }, kase)).toEqual(['family/name@: more than 60 KB are sent to a frozen client']);
    expect(lintPart({ script, live: true }, kase)).toEqual([]);
  });

  it('a frozen client that is waited for', () => {
    const script = [O, FRZ, stream(record(message('A'), close(1000))), ECHO, stream(FIN), THW];
    expect(lintPart({ script })).toEqual(['family/name@: a frozen client is waited for']);
  });

  it('a client that stays frozen', () => {
    const script = [O, FRZ, stream(record(message('A'), close(1000)), FIN), ACK];
    expect(lintPart({ script })).toEqual(['family/name@: the client stays frozen']);
  });

  it('what is queued and never waited for', () => {
    const end = queued(record(message('A'), close(1000)), FIN);
    expect(lintPart({ script: [O, FRZ, end, THW] })).toEqual(['family/name@: what is queued is not waited for']);
    expect(lintPart({ script: [O, FRZ, end, THW, ACK] })).toEqual([]);
  });

  it('a condition that is never lifted, or lifted without being there, or on top of another', () => {
    const answer = stream(record(message('A'), close(1000)), FIN);
    const cpu = IMPOSE({ kind: 'cpu', percent: 5 });
    expect(lintPart({ script: [O, cpu, answer, ACK] })).toEqual(['family/name@: what is imposed is never lifted']);
    expect(lintPart({ script: [O, answer, LIFT] })).toEqual(['family/name@: nothing is imposed that could be lifted']);
    expect(lintPart({ script: [O, cpu, cpu, answer, LIFT] })).toEqual([
      'family/name@: a second condition is imposed on the first',
    ]);
  });

  it('a script that goes on behind the end of its endpoint', () => {
    expect(lintPart({ script: [O, stream(record(message('A'), close(1000))), KILL, ACK] })).toEqual([
      'family/name@: a script goes on behind the end of its endpoint',
    ]);
  });

  it('a reaction whose feature is not required', () => {
    expect(lintPart({ reactions: [{ kind: 'slow-handler', sleepMs: 50 }] })).toEqual([
      'family/name@: it does not require react-sleep',
    ]);
  });

  it('an acknowledgement that is sent and not waited for', () => {
    expect(lintPart({ reactions: [{ kind: 'ack', message: 'A' }], requires: ['react-send'] })).toEqual([
      'family/name@: an application ack is waited for and not sent, or the reverse',
    ]);
  });

  it('an acknowledgement of another than the first message', () => {
    const messages = { A: { kind: 'answer' }, B: { kind: 'answer' } } as const;
    const script = [O, stream(record(message('A'), message('B'))), appAck(5000), stream(record(close(1000)), FIN)];
    expect(
      lintPart(
        {
          script,
          expect: { deliver: ['A', 'B'], close: { reported: 'must' } },
          reactions: [{ kind: 'ack', message: 'B' }],
          requires: ['react-send'],
        },
        { messages },
      ),
    ).toEqual(['family/name@: B is acknowledged and is not the first message']);
  });
});

describe('a part in which no connection opens', () => {
  const answer = record(refusal(403, 'Forbidden', [], 'A'));
  const never: CasePart['expect'] = { open: 'never', deliver: [], close: { reported: 'must', codes: [1006] } };

  it.each([
    ['a refusal', [segment(answer, FIN)]],
    ['a 101 with a defect', [segment(record(badResponse('no-upgrade'), message('A'))), ECHO, stream(FIN)]],
    ['bytes in front of the 101', [segment(record(message('A')), record(response), FIN)]],
  ])('is sound with %s', (_, script) => {
    expect(lintPart({ script, expect: never })).toEqual([]);
  });

  it('says so, and nothing else does', () => {
    const { open, ...others } = never;
    expect(open).toBe('never');
    expect(lintPart({ script: [segment(answer, FIN)], expect: others })).toEqual([
      'family/name@: it never opens, and does not expect that',
    ]);
    expect(lintPart({ expect: { ...soundPart.expect, open: 'never' } })).toEqual([
      'family/name@: it opens, and expects no open',
    ]);
  });

  it('delivers nothing, gives 1006, and waits for nothing of an open connection', () => {
    expect(lintPart({ script: [segment(answer, FIN)], expect: { ...never, deliver: ['A'] } })).toEqual([wrongDelivery]);
    const code = { ...never, close: { reported: 'must', codes: [1000] } } as const;
    expect(lintPart({ script: [segment(answer, FIN)], expect: code })).toEqual([
      'family/name@: the script gives no client the code 1000',
      'family/name@: the script gives the code 1006',
    ]);
    expect(lintPart({ script: [stream(answer), O, stream(FIN)], expect: never })).toEqual([
      'family/name@: it never opens, and something of an open connection is waited for',
    ]);
  });
});
