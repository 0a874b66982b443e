/** What `certify` signs and `verify` checks: a run judged anew, held against its report and the rules of certification. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { KitError } from '../core/kit-error';
import type { Report, TargetReport } from '../core/report';
import { expectedOf } from '../run/expected-verdicts';
import { rejudge } from '../run/rejudge';
import { hashFile, readWhole } from '../run/sealed-folder';
import { readReport } from '../../reports/check-report';
import type { Certificate, SealedFile } from '../../reports/certificate/certificate';
import { makeCertificate } from '../../reports/certificate/make-certificate';
import { reportRefusals } from '../../reports/certificate/report-refusals';
import { refusalsOf, type Refusal } from '../../reports/certificate/rules';
import { excerpt } from '../../targets/excerpt';

export interface ExamineRequest {
  readonly folder: string;
  /** As they were just read: {@link sealFiles}. */
  readonly files: readonly SealedFile[];
  readonly profile: string;
  /** Needed where the run has several. */
  readonly target?: string | undefined;
  readonly allowsUnbuilt: boolean;
  /** The version of the kit that must have run it. */
  readonly kit: string;
  readonly issuedAt: string;
  readonly expiresAt: string;
}

export interface Examined {
  /** Why it may not be certified; none: it may. */
  readonly refusals: readonly Refusal[];
  /** Absent where it may not. */
  readonly certificate?: Certificate;
}

/** Of a report of thousands of verdicts; it is read whole. */
const mostReportBytes = 128 * 1024 * 1024;

/** @throws {KitError} `JOURNAL`, `CATALOGUE`, `REPORT`, `PROFILE`, `TARGET`, `FILES` */
export async function examineRun(request: ExamineRequest): Promise<Examined> {
  const { folder, files, profile, issuedAt, expiresAt, allowsUnbuilt } = request;
  const { report, observes, unavailable } = await rejudge(folder);
  const { verdicts, cases, unbuilt, asserts } = expectedOf(profile, report.suite.tier);
  const target = targetOf(report, request.target);
  const seen = observes.get(target.name) ?? [];
  const refusals = [
    ...refusalsOfReport(folder, files, report),
    ...refusalsOf({
      report,
      target,
      kit: request.kit,
      profile,
      expected: verdicts,
      unbuilt,
      allowsUnbuilt,
      observes: seen,
      unavailable: unavailable.get(target.name) ?? new Map<string, string>(),
    }),
  ];
  if (refusals.length > 0) return { refusals };
  const certificate = makeCertificate({
    report,
    target,
    profile: { name: profile, cases, unbuilt },
    expected: verdicts.map(({ key }) => key),
    observes: seen,
    blind: asserts.filter(({ what }) => !seen.includes(what)),
    files,
    issuedAt,
    expiresAt,
  });
  return { refusals, certificate };
}

function refusalsOfReport(folder: string, files: readonly SealedFile[], judged: Report): readonly Refusal[] {
  const path = join(folder, 'report.json');
  const bytes = readWhole(path, mostReportBytes);
  const sealed = files.find(({ name }) => name === 'report.json');
  if (createHash('sha256').update(bytes).digest('hex') !== sealed?.sha256) {
    throw new KitError('FILES', `\`${path}\` was changed while it was read: wait until nothing writes to it`);
  }
  const text = bytes.toString();
  return reportRefusals({ text, report: readReport(text, path), judged, files });
}

/** @throws {KitError} `TARGET` */
function targetOf({ targets }: Report, name: string | undefined): TargetReport {
  const names = targets.map((target) => excerpt(target.name, 80)).join(', ');
  if (name === undefined) {
    const [only, ...others] = targets;
    if (only === undefined) throw new KitError('TARGET', 'the run has no target');
    if (others.length > 0) throw new KitError('TARGET', `name one of the run’s targets by \`--target\`: ${names}`);
    return only;
  }
  const found = targets.find((target) => target.name === name);
  if (found !== undefined) return found;
  throw new KitError('TARGET', `\`--target ${excerpt(name, 80)}\`: the run has no such target; it has ${names}`);
}

/** Digests of files of a folder, each read once as a stream. @throws {KitError} `FILES` */
export function sealFiles(folder: string, names: Iterable<string>): readonly SealedFile[] {
  return [...names].map((name) => ({ name, ...hashFile(folder, name) }));
}
