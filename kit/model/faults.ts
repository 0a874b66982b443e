/** Every fault that the kit must convict, cases.md §9, and some more so that no case is without one. */
import { faultsOfClosing } from './faults-of-closing';
import { faultsOfDelivery } from './faults-of-delivery';
import { faultsOfReading } from './faults-of-reading';
import type { Fault } from './subject';

export const faults: readonly Fault[] = [...faultsOfReading, ...faultsOfDelivery, ...faultsOfClosing];

/** All cases that convict a fault, wherever it shows. */
export function casesAgainst(fault: Fault): ReadonlySet<string> {
  return new Set([...fault.convictedBy.map((each) => each.case), ...fault.elsewhere.flatMap((each) => each.cases)]);
}

/** The ids of the faults that a case convicts; the catalogue is sound only if there is one for every case. */
export function caughtBy(caseId: string): readonly string[] {
  return faults.filter((fault) => casesAgainst(fault).has(caseId)).map((fault) => fault.id);
}

/** All cases whose conviction of a fault has an explanation: also those that need a busy machine. */
export function explainedCases(fault: Fault): ReadonlySet<string> {
  return new Set([...casesAgainst(fault), ...(fault.races ?? []).flatMap((each) => each.cases)]);
}
