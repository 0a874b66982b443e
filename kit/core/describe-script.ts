/** A script in the catalogue's notation, for people: `O · {⟨A⟩ FIN} · ACK! · THW`. */
import { describeCondition } from './condition';
import type { Piece, ReactionPlan, RecordPlan, StepPlan } from './case';

/** The steps of a part in one line. */
export function describeScript(script: readonly StepPlan[]): string {
  return script.map(describeStep).join(' · ');
}

/** What the client is asked to do besides its offer, in words. */
export function describeReaction(plan: ReactionPlan): string {
  switch (plan.kind) {
    case 'ack':
      return `acknowledges ${plan.message}`;
    case 'slow-handler':
      return `each handler takes ${plan.sleepMs} ms`;
    case 'close':
      return `closes with ${plan.code} ${plan.on === 'open' ? 'behind its offer' : 'on the first message'}`;
    case 'send-candidates': {
      const pace = plan.everyMs === 0 ? 'at once' : `one each ${plan.everyMs} ms`;
      return `sends ${plan.count} candidates on the first message, ${pace}`;
    }
    default:
      throw new TypeError(`unknown reaction ${String(plan satisfies never)}`);
  }
}

function describeStep(step: StepPlan): string {
  switch (step.op) {
    case 'send':
      return describeSend(step);
    case 'offer':
      return 'O';
    case 'echo':
      return 'ECHO';
    case 'ack':
      return 'ACK!';
    case 'wait':
      return step.ms >= 1000 ? `W(${step.ms / 1000}s)` : `W(${step.ms}ms)`;
    case 'freeze':
      return step.duty === undefined ? 'FRZ' : `FRZ ${step.duty.frozenMs}/${step.duty.runningMs}ms by turns`;
    case 'thaw':
      return 'THW';
    case 'reset':
      return 'RST';
    case 'abandon':
      return 'ABANDON';
    case 'stop-reading':
      return 'read no more';
    case 'drop':
      return 'close(fd)';
    case 'impose':
      return describeCondition(step.condition);
    case 'lift':
      return 'as before';
    case 'kill':
      return 'SIGKILL';
    case 'app-ack':
      return `wait for the ack (${step.timeoutMs / 1000}s, else ${describeScript(step.otherwise)})`;
    default:
      throw new TypeError(`unknown step ${String(step satisfies never)}`);
  }
}

/** Records of a kind that follow one another in a number that nobody wants to read. */
const shownRecords = 8;

function describeSend(step: StepPlan & { readonly op: 'send' }): string {
  const all = step.records.map(describeRecord);
  const records =
    all.length <= shownRecords ? all : [...all.slice(0, 3), `… ${all.length - 5} more …`, ...all.slice(-2)];
  const text = records.join(' ');
  if (step.layout === 'segment') return `{${text}}`;
  if (step.layout === 'queue') return `${text}, not waited for`;
  if (step.layout === 'records') return `${text}, each record a segment`;
  return step.layout === 'bytes' ? `${text}, each byte a segment` : text;
}

function describeRecord(plan: RecordPlan): string {
  switch (plan.record) {
    case 'fin':
      return 'FIN';
    case 'close_notify':
      return 'CN';
    case 'bytewise':
      return `⟨${describePieces(plan.pieces)}, each byte a record⟩`;
    case 'full':
      return `⟨${describePieces(plan.pieces)}, in full records⟩`;
    case 'data': {
      const cut = plan.from === undefined && plan.to === undefined ? '' : `[${plan.from ?? 0}:${plan.to ?? ''}]`;
      return `${plan.half === true ? 'half of ' : ''}⟨${describePieces(plan.pieces)}${cut}⟩`;
    }
    default:
      throw new TypeError(`unknown record ${String(plan satisfies never)}`);
  }
}

function describePieces(pieces: readonly Piece[]): string {
  if (pieces.length === 0) return '∅';
  const all = pieces.map(describePiece);
  return (all.length <= shownRecords ? all : [...all.slice(0, 3), `… ${all.length - 5} more …`, ...all.slice(-2)]).join(
    ' ',
  );
}

function describePiece(piece: Piece): string {
  switch (piece.piece) {
    case 'response':
      if (piece.defect !== undefined) return `101(${piece.defect})`;
      return piece.from === undefined && piece.to === undefined ? '101' : `101[${piece.from ?? 0}:${piece.to ?? ''}]`;
    case 'refusal':
      return `${piece.status}(${piece.body})`;
    case 'odd-frame':
      return describeOdd(piece);
    case 'ping':
    case 'pong':
      return piece.piece.toUpperCase();
    case 'close':
      if (piece.bodyHex !== undefined) return `C(body ${piece.bodyHex})`;
      if (piece.code === undefined) return 'C()';
      return piece.reason === undefined
        ? `C(${piece.code})`
        : `C(${piece.code},${JSON.stringify(piece.reason.slice(0, 20))})`;
    case 'message': {
      if (piece.from === undefined && piece.fin === undefined) return piece.name;
      return `${piece.name}[${piece.from ?? 0}:${piece.to ?? ''}]${piece.fin === false ? ' fin=0' : ''}`;
    }
    default:
      throw new TypeError(`unknown piece ${String(piece satisfies never)}`);
  }
}

/** `F(opcode 1 rsv 2 masked, B)`. */
function describeOdd({ opcode, fin, rsv, maskHex, payload }: Piece & { readonly piece: 'odd-frame' }): string {
  const marks = [
    `opcode ${opcode}`,
    ...(fin === false ? ['fin=0'] : []),
    ...(rsv === undefined ? [] : [`rsv ${rsv}`]),
    ...(maskHex === undefined ? [] : ['masked']),
  ];
  return `F(${marks.join(' ')}, ${'hex' in payload ? `${payload.hex.length / 2} B` : payload.name})`;
}
