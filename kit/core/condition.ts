/** What a case may impose on a client or on its connection, and what is kept as the proof that it was so. */

/** Stopped for so long, and then let go for so long, in ms. */
export interface Duty {
  readonly frozenMs: number;
  readonly runningMs: number;
}

/** A disturbance of the way from the endpoint to the client, of one connection alone. */
export type NetworkShape =
  | {
      readonly kind: 'netem';
      readonly delayMs: number;
      /** Half the width of the delay, evenly distributed. */
      readonly jitterMs: number;
      readonly lossPercent: number;
      readonly reorderPercent: number;
      readonly duplicatePercent: number;
    }
  /** Segments with data vanish on the way; a FIN without data passes. */
  | { readonly kind: 'hole' };

export type Condition =
  | NetworkShape
  /** All of the client's processes together get this share of one processor. */
  | { readonly kind: 'cpu'; readonly percent: number };

/** How long a condition held, and that it did. */
export interface ConditionProof {
  readonly kind: Condition['kind'];
  readonly fromNs: number;
  readonly untilNs: number;
  readonly confirmed: boolean;
  /** Why it was not; or what was counted. */
  readonly detail: string;
}

/** In words, for a report. */
export function describeCondition(condition: Condition): string {
  switch (condition.kind) {
    case 'netem':
      return `netem(${condition.delayMs}±${condition.jitterMs}ms, loss ${condition.lossPercent}%, reorder ${condition.reorderPercent}%, duplicate ${condition.duplicatePercent}%)`;
    case 'hole':
      return 'lose data segments';
    case 'cpu':
      return `CPU(${condition.percent}%)`;
    default:
      throw new TypeError(`unknown condition ${String(condition satisfies never)}`);
  }
}
