/** The verdicts in whatever was given: a case, or all cases of a target or of a run. */
import { decides, transportOf } from '../kit/core/conclusion';
import type { CaseReport, Report, TargetReport } from '../kit/core/report';
import type { Subject } from './subject';

/** A case of a target; `isBinding` is false for plain `ws:` beside TLS, which is a diagnosis and decides nothing. */
export interface JudgedCase {
  readonly target: string;
  readonly report: CaseReport;
  readonly isBinding: boolean;
}

export interface JudgedCases {
  readonly cases: readonly JudgedCase[];
  /** The report, where there is one. */
  readonly whole?: Report;
  /** Targets that were not admitted: nothing can be said of them. */
  readonly refused: readonly TargetReport[];
}

export function judgedCases(
  subject: Exclude<Subject, { readonly is: 'recorded-connection' | 'observed-trial' }>,
): JudgedCases {
  switch (subject.is) {
    case 'case-report':
      return { cases: [{ target: '', report: subject.value, isBinding: true }], refused: [] };
    case 'observed-case':
      return { cases: [{ target: subject.value.target, report: subject.value.report, isBinding: true }], refused: [] };
    case 'target-report':
      return ofTarget(subject.value, bindingOf(subject.value.cases));
    case 'observed-run':
      return ofReport(subject.value.report);
    case 'report':
      return ofReport(subject.value);
    default:
      throw new TypeError(`unknown subject ${String(subject satisfies never)}`);
  }
}

/** `freeze/answer-fin@a@tls13`. */
export function idOf({ id, variant }: CaseReport): string {
  return `${id}@${variant}`;
}

function ofReport(report: Report): JudgedCases {
  const all = report.targets.map((target) => ofTarget(target, report.suite.binding));
  return {
    cases: all.flatMap((each) => each.cases),
    refused: all.flatMap((each) => each.refused),
    whole: report,
  };
}

function ofTarget(target: TargetReport, binding: readonly string[]): JudgedCases {
  if (!target.admitted) return { cases: [], refused: [target] };
  const cases = target.cases.map((report) => ({
    target: target.name,
    report,
    isBinding: decides({ suite: { binding } }, report),
  }));
  return { cases, refused: [] };
}

/** A target by itself does not say what decides: TLS does where there is any. */
function bindingOf(cases: readonly CaseReport[]): readonly string[] {
  const all = new Set(cases.map(({ variant }) => transportOf(variant)));
  const tls = [...all].filter((each) => each !== 'plain');
  return tls.length > 0 ? tls : [...all];
}
