import type { Piece, RecordPlan, StepPlan } from '../core/case';
import { catalogue } from './catalogue';

/** The scripts in the signs of cases.md §2, to be held against its **Wire** lines. */
function signOf(step: StepPlan): string {
  switch (step.op) {
    case 'send': {
      const records = step.records.map(recordSign).join('');
      return step.layout === 'segment'
        ? `{${records}}`
        : step.layout === 'stream'
          ? records
          : `${step.layout}{${records}}`;
    }
    case 'wait':
      return `W(${step.ms})`;
    case 'freeze':
      return step.duty === undefined ? 'FRZ' : `DUTY(${step.duty.frozenMs}/${step.duty.runningMs})`;
    case 'impose':
      return `IMPOSE(${step.condition.kind})`;
    case 'app-ack':
      return `ACKED(${step.timeoutMs} else ${step.otherwise.map(signOf).join(' ')})`;
    default:
      return {
        offer: 'O',
        echo: 'ECHO',
        ack: 'ACK!',
        thaw: 'THW',
        reset: 'RST',
        abandon: 'ABANDON',
        'stop-reading': 'STOP',
        drop: 'DROP',
        lift: 'LIFT',
        kill: 'KILL',
      }[step.op];
  }
}

function recordSign(plan: RecordPlan): string {
  if (plan.record === 'close_notify') return ' CN';
  if (plan.record === 'fin') return ' FIN';
  const pieces = plan.pieces.map(pieceSign).join(' ');
  if (plan.record === 'full') return `⟨${pieces}⟩/16384`;
  if (plan.record === 'bytewise') return `⟨${pieces}⟩/1`;
  const cut = plan.from === undefined && plan.to === undefined ? '' : `[${plan.from ?? ''}:${plan.to ?? ''}]`;
  return `⟨${pieces}⟩${cut}${plan.half === true ? '/2' : ''}`;
}

function pieceSign(piece: Piece): string {
  switch (piece.piece) {
    case 'message':
      return piece.from === undefined
        ? piece.name
        : `${piece.name}[${piece.from}:${piece.to ?? ''}]${piece.fin ? '.' : ''}`;
    case 'close':
      return `C(${[piece.code, piece.reason, piece.bodyHex].filter((each) => each !== undefined).join()})`;
    case 'odd-frame': {
      const { opcode, fin, rsv, maskHex, payload } = piece;
      const signs = [opcode, fin === false ? 'fin=0' : '', rsv === undefined ? '' : `rsv${rsv}`, maskHex ?? ''];
      return `F(${signs.filter((sign) => sign !== '').join()} ${'hex' in payload ? payload.hex : payload.name})`;
    }
    case 'response':
      if (piece.defect !== undefined) return `101(${piece.defect})`;
      return piece.from === undefined ? '101' : `101[${piece.from}:${piece.to ?? ''}]`;
    case 'refusal':
      return `${piece.status}(${piece.body})`;
    default:
      return `${piece.piece.toUpperCase()}(${piece.text})`;
  }
}

describe('the wire of', () => {
  it.each([
    ['control/answer-then-linger', 'O ⟨A⟩ W(2000) ⟨C(1000,done)⟩ ECHO  CN  FIN'],
    ['control/close-without-answer', 'O ⟨C(1000)⟩ ECHO  CN  FIN'],
    ['control/answer-then-idle', 'O ⟨A⟩ W(30000) ⟨C(1000)⟩ ECHO  CN  FIN'],
    ['close/answer-close-handshake', 'O {⟨A⟩} {⟨C(1000)⟩} ECHO { CN} { FIN}'],
    ['close/answer-close-one-record', 'O {⟨A C(1000)⟩} ECHO { CN FIN}'],
    ['close/answer-close-no-wait', 'O {⟨A⟩⟨C(1000)⟩ CN FIN}'],
    ['close/answer-fin-same-segment', 'O {⟨A⟩ FIN}'],
    ['close/answer-cn-fin', 'O {⟨A⟩ CN FIN}'],
    ['close/answer-close-abandon', 'O {⟨A⟩⟨C(1000)⟩} ABANDON'],
    ['close/answer-after-close', 'O {⟨PONG(before) A1 C(1000) A2 PING(after)⟩} ECHO  CN  FIN'],
    ['freeze/answer-fin', 'O FRZ {⟨A⟩ FIN} ACK! THW'],
    ['freeze/answer-cn-fin', 'O FRZ {⟨A⟩ CN FIN} ACK! THW'],
    ['freeze/answer-close-cn-fin', 'O FRZ {⟨A⟩⟨C(4001,bye)⟩ CN FIN} ACK! THW'],
    ['freeze/whole-session', 'FRZ {⟨101⟩⟨A⟩⟨C(1000)⟩ CN FIN} ACK! THW'],
    ['freeze/stutter@2ms', 'O FRZ {⟨A⟩} ACK! THW W(2) FRZ {⟨C(4001,bye)⟩} ACK! THW W(2) FRZ { CN FIN} ACK! THW'],
    ['freeze/timers-expired', 'O FRZ {⟨A⟩⟨C(1000)⟩ CN FIN} ACK! W(35000) THW'],
    ['record/one-byte-records', 'O {⟨A⟩/1⟨C(1000)⟩/1 CN FIN}'],
    ['record/one-byte-segments', 'O bytes{⟨A⟩⟨C(1000)⟩ CN FIN}'],
    ['record/split-header@a2-1', 'O {⟨A2 C(1000)⟩[0:1]} {⟨A2 C(1000)⟩[1:]} { CN FIN}'],
    ['record/split-header@a4-4', 'O {⟨A4 C(1000)⟩[0:4]} {⟨A4 C(1000)⟩[4:]} { CN FIN}'],
    [
      'record/split-header@a10-10',
      `O {⟨A10 C(1000)⟩[0:10]} {${[10, 16_394, 32_778, 49_162]
        .map((from) => `⟨A10 C(1000)⟩[${from}:${from + 16_384}]`)
        .join('')}⟨A10 C(1000)⟩[65546:]} { CN FIN}`,
    ],
    ['record/split-header@c-3', 'O {⟨A4 C(1000)⟩[0:-1]} {⟨A4 C(1000)⟩[-1:]} { CN FIN}'],
    ['record/split-header@tail', 'O {⟨A4⟩[0:-3]} W(20) {⟨A4 C(1000)⟩[-7:] CN FIN}'],
    ['record/empty-records', 'O {⟨⟩⟨⟩⟨⟩⟨A⟩⟨⟩⟨⟩⟨⟩ CN FIN}'],
    ['record/truncated-record', 'O {⟨A⟩⟨B⟩/2 FIN}'],
    ['missing/no-close-notify', 'O {⟨A⟩⟨C(1000)⟩} ECHO  FIN'],
    ['missing/no-fin-after-close', 'O {⟨A⟩⟨C(1000)⟩} ECHO  CN W(75000)'],
    ['missing/cn-only@reply', 'O {⟨A⟩ CN} W(75000)'],
    ['missing/cn-only@half-close', 'O {⟨A⟩ CN} W(75000)'],
    ['missing/everything', 'O {⟨A⟩} W(60000) RST'],
    ['missing/fin-mid-message@a', 'O {⟨A⟩[0:514] FIN}'],
    ['missing/fin-mid-message@b', 'O {⟨A[0:512]⟩ FIN}'],
    ['missing/fin-mid-message@a-cn', 'O {⟨A⟩[0:514] CN FIN}'],
    ['missing/fin-mid-message@b-cn', 'O {⟨A[0:512]⟩ CN FIN}'],
    ['rst/answer-acked-then-rst@live', 'O {⟨A⟩} ACK! RST'],
    ['rst/after-echo', 'O {⟨A⟩⟨C(4001)⟩} ECHO RST'],
    ['rst/unread-offer', 'STOP W(50) {⟨A⟩} ACK! DROP'],
    ['rst/pong-draws-rst@half', 'O FRZ {⟨PING(1) PING(2) A C(1000)⟩} ACK!  FIN THW'],
    ['rst/pong-draws-rst@abandon', 'O FRZ {⟨PING(1) PING(2) A C(1000)⟩} ACK! ABANDON THW'],
    ['hs/message-with-101@one-record', '{⟨101 H⟩} O ⟨A⟩ ⟨C(1000)⟩ ECHO  CN  FIN'],
    ['hs/message-with-101@two-records', '{⟨101⟩⟨H⟩} O ⟨A⟩ ⟨C(1000)⟩ ECHO  CN  FIN'],
    ['hs/answer-close-with-101', '{⟨101⟩⟨A⟩⟨C(1000)⟩ CN FIN}'],
    ['hs/101-byte-by-byte', 'records{⟨101[0:-1]⟩/1⟨101[-1:] A⟩} O ⟨C(1000)⟩ ECHO  CN  FIN'],
    ['hs/close-after-101@a', '{⟨101⟩⟨C(1001)⟩ CN FIN}'],
    ['hs/close-after-101@b', '{⟨101⟩ FIN}'],
    ['large/length-boundaries@125-bytes', 'O FRZ {⟨A125⟩⟨C(1000)⟩ CN FIN} ACK! THW'],
    ['large/length-boundaries@16385-bytes', 'O FRZ {⟨A16385⟩/16384⟨C(1000)⟩ CN FIN} ACK! THW'],
    ['large/length-boundaries@65536-bytes', 'O FRZ queue{⟨A65536⟩/16384⟨C(1000)⟩ CN FIN} ACK! THW ACK!'],
    ['large/one-to-sixteen-mib@4-mib', 'O queue{⟨A4⟩/16384⟨C(1000)⟩ CN FIN} ACK!'],
    ['hs/frame-before-101@a', '{⟨A⟩⟨101⟩ FIN}'],
    ['hs/frame-before-101@b', '{⟨101(half)⟩⟨A⟩ FIN}'],
    ['hs/frame-before-101@c', '{⟨101(half)⟩ FIN}'],
    ['hs/http-error-with-body@401', '{⟨401(A)⟩ FIN}'],
    ['hs/http-error-with-body@503', '{⟨503(A)⟩ FIN}'],
    ['hs/invalid-101@wrong-accept', '{⟨101(wrong-accept) A⟩} W(1000)  CN  FIN'],
    ['large/zero-window-then-fin@frozen', 'O FRZ queue{⟨A⟩/16384⟨C(1000)⟩ CN FIN} W(500) THW ACK!'],
    ['large/zero-window-then-fin@duty10', 'O DUTY(45/5) queue{⟨A⟩/16384⟨C(1000)⟩ CN FIN} ACK! THW ACK!'],
    ['burst/mixed-types', 'O {⟨T1 B1 T-empty B-empty T1 T1 B2⟩⟨C(1000)⟩ CN FIN}'],
    [
      'frag/control-between',
      `O {⟨A[0:500] PING(1) A[500:500] PONG(2) ${Array.from(
        { length: 64 },
        (_, at) => `A[${500 + at}:${501 + at}]`,
      ).join(' ')} PING(3) A[564:]. C(1000)⟩ CN FIN}`,
    ],
    ['frag/three-frames-then-close', 'O {⟨A[0:400]⟩⟨A[400:800]⟩⟨A[800:].⟩⟨C(1000)⟩ CN FIN}'],
    ['frag/illegal-after-answer@masked', 'O {⟨A F(1,01020304 B) D⟩ FIN}'],
    ['frag/illegal-after-answer@rsv1', 'O {⟨A F(1,rsv4 B) D⟩ FIN}'],
    ['frag/illegal-after-answer@opcode-11', 'O {⟨A F(11 6f6464) D⟩ FIN}'],
    ['frag/illegal-after-answer@text-in-message', 'O {⟨A B[0:60] C D⟩ FIN}'],
    ['frag/illegal-after-answer@ping-in-fragments', 'O {⟨A F(9,fin=0 6f6464) D⟩ FIN}'],
    ['frag/close-mid-message', 'O {⟨A[0:512]⟩⟨C(1000)⟩} ECHO  CN  FIN'],
    ['ping/before-answer-close', 'O {⟨PING(p) A C(1000)⟩} ECHO  CN  FIN'],
    ['tls12/close-notify-reply', 'O {⟨A⟩⟨C(1000)⟩ CN} ABANDON'],
    ['code/registered@1012', 'O {⟨A⟩⟨C(1012,r)⟩} ECHO  CN  FIN'],
    ['code/none@a', 'O {⟨A⟩⟨C()⟩} ECHO  CN  FIN'],
    ['code/none@b', 'O {⟨A⟩ FIN}'],
    ['code/reserved-on-wire@0', 'O {⟨A⟩⟨C(0,r)⟩} ECHO  CN  FIN'],
    ['code/malformed-body@bad-utf8', 'O {⟨A⟩⟨C(03e8fffe)⟩} ECHO  CN  FIN'],
    ['cross/simultaneous', 'O {⟨A⟩} {⟨C(4001)⟩} ECHO W(50)  CN  FIN'],
    ['cross/late-answer', 'O ECHO ⟨A⟩⟨C(1000)⟩ W(50)  CN  FIN'],
    ['cross/unanswered-close@a', 'O ECHO W(75000)'],
    ['cross/unanswered-close@b', 'O ECHO  FIN'],
    ['cross/two-close-frames', 'O {⟨A C(1000) C(4001)⟩} ECHO  CN  FIN'],
    ['cross/send-after-peer-close@at-once', 'O {⟨A⟩⟨C(1000)⟩} ECHO W(50)  CN  FIN'],
    ['cross/send-after-peer-close@trickle', 'O {⟨A⟩⟨C(1000)⟩} ECHO W(50)  CN  FIN'],
    ['cross/half-close@fin', 'O {⟨A⟩ FIN}'],
    ['cross/half-close@abandon', 'O {⟨A⟩} ABANDON'],
    ['net/loss-reorder-delay@close', 'O IMPOSE(netem) {⟨A⟩⟨C(1000)⟩ CN FIN} ACK! LIFT'],
    ['net/loss-reorder-delay@fin', 'O IMPOSE(netem) {⟨A⟩ FIN} ACK! LIFT'],
    ['net/fin-overtakes-data', 'O IMPOSE(hole) {⟨A⟩} { FIN} W(50) LIFT ACK!'],
    ['load/server-killed@fin', 'O {⟨A⟩} ACK! KILL'],
    ['load/server-killed@unread', 'STOP W(50) {⟨A⟩} ACK! KILL'],
    ['load/starved-client', 'O IMPOSE(cpu) {⟨A⟩ FIN} ACK! W(4000) LIFT'],
    ['sig/error-then-close', 'O {⟨error⟩⟨C(4003,unauthorized)⟩ CN FIN}'],
    ['sig/answer-bye-fin', 'O {⟨A⟩⟨bye⟩ FIN}'],
    ['sig/app-ack', 'O {⟨A⟩} ACKED(5000 else ⟨C(4008)⟩ ECHO  CN  FIN) ⟨C(1000)⟩ ECHO  CN  FIN'],
  ])('%s', (variant, wire) => {
    const [id, name] = variant.split('@');
    const part = catalogue.find((kase) => kase.id === id)?.parts.find((each) => each.name === name);
    expect(part?.script.map(signOf).join(' ')).toBe(wire);
  });
});

describe('the reasons of `code/reason-length`', () => {
  it('are 123 and 124 bytes long, with characters of two, three and four bytes', () => {
    const parts = catalogue.find((kase) => kase.id === 'code/reason-length')?.parts ?? [];
    const reasons = parts.flatMap(({ script }) =>
      script
        .flatMap((step) => (step.op === 'send' ? step.records : []))
        .flatMap((plan) => {
          const pieces = 'pieces' in plan ? plan.pieces : [];
          return pieces.flatMap((piece) => (piece.piece === 'close' ? (piece.reason ?? '') : []));
        }),
    );
    expect(reasons.map((reason) => Buffer.byteLength(reason))).toEqual([123, 124]);
    expect(reasons.every((reason) => /é€😀/u.test(reason))).toBe(true);
  });
});
