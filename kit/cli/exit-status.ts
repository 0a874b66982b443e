/** The exit status of a run, from its report alone. */
import { conclusionOf } from '../core/conclusion';
import type { Report } from '../core/report';

export const exitStatus = { ok: 0, violates: 1, usage: 2, undecided: 3, kit: 70 } as const;

const statuses = { fails: exitStatus.violates, unsure: exitStatus.undecided, holds: exitStatus.ok } as const;

/** 1, 3 or 0, by what the report comes to. */
export function statusOf(report: Report): 0 | 1 | 3 {
  return statuses[conclusionOf(report).kind];
}
