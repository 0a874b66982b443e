/** The report as its pages want it: cases with their variants together, and an anchor for each page. */
import { decides, transportOf } from '../../kit/core/conclusion';
import type { ObservedTrial } from '../../kit/core/observation';
import type { CaseReport, Report, TargetReport } from '../../kit/core/report';
import { groupBy } from '../group-by';
import { trialsKey, type ReporterInput } from '../reporter';
import { compareCases, familyOf, isTold, keyOfCase, sayingKeyOf, toneOf, type VerdictWords } from '../verdicts';

/** One case of one client, on all transports. */
export interface CaseOfClient {
  readonly client: Client;
  readonly id: string;
  /** All variants, in the order of the report. */
  readonly all: readonly CaseReport[];
  /** The worst of those that decide; of all, where none does. */
  readonly worst: CaseReport;
  readonly tone: VerdictWords['tone'];
}

export interface Client {
  readonly anchor: string;
  readonly target: TargetReport;
  readonly cases: readonly CaseOfClient[];
}

/** One case over all clients. */
export interface CaseOfAll {
  readonly anchor: string;
  readonly id: string;
  readonly title: string;
  readonly first: CaseReport;
  readonly of: readonly CaseOfClient[];
}

export interface Model {
  readonly report: Report;
  readonly clients: readonly Client[];
  readonly cases: readonly CaseOfAll[];
  readonly families: readonly string[];
  readonly anchorOf: (caseId: string) => string;
  readonly trialsOf: (client: Client, each: CaseReport) => readonly ObservedTrial[];
}

/** Arranges a report. */
export function modelOf({ report, trials }: ReporterInput): Model {
  const clients = report.targets.map((target, at) => clientOf(report, target, `client-${at + 1}`));
  const all = clients.flatMap((client) => client.cases);
  const anchors = new Map<string, string>();
  const cases = groupBy(all, (each) => each.id).flatMap((of, at): readonly CaseOfAll[] => {
    const [first] = of;
    if (first === undefined) return [];
    const anchor = `case-${at + 1}`;
    anchors.set(first.id, anchor);
    return [{ anchor, id: first.id, title: first.worst.title, first: first.worst, of }];
  });
  return {
    report,
    clients,
    cases,
    families: [...new Set(all.map((each) => familyOf(each.id)))],
    anchorOf: (id) => anchors.get(id) ?? 'overview',
    trialsOf: (client, each) => trials.get(trialsKey(client.target.name, keyOfCase(each))) ?? [],
  };
}

function clientOf(report: Report, target: TargetReport, anchor: string): Client {
  const cases: CaseOfClient[] = [];
  const client: Client = { anchor, target, cases };
  for (const all of groupBy(target.cases, (each) => each.id)) {
    const decisive = all.filter((each) => decides(report, each));
    const among = decisive.length > 0 ? decisive : all;
    const [worst] = [...among].sort(compareCases);
    if (worst === undefined) continue;
    cases.push({ client, id: worst.id, all, worst, tone: decisive.length > 0 ? toneOf(worst) : 'quiet' });
  }
  return client;
}

/** The transports, as columns. */
export const columns = [
  { transport: 'tls12', name: 'TLS 1.2' },
  { transport: 'tls13', name: 'TLS 1.3' },
  { transport: 'plain', name: 'plain' },
] as const;

/** The variants of a case on one transport. */
export function on(all: readonly CaseReport[], transport: string): readonly CaseReport[] {
  return all.filter((each) => transportOf(each.variant) === transport);
}

/** Verdicts of a client's case that say the same, and are told once: those that somebody has to look at. */
export function toldGroups(report: Report, { all }: CaseOfClient): readonly (readonly CaseReport[])[] {
  const told = all.filter((each) => decides(report, each) && isTold(toneOf(each)));
  return groupBy([...told].sort(compareCases), sayingKeyOf);
}
