/**
 * JUnit XML, as Jenkins, GitLab and most others read it. A verdict is a test case, a target a suite. Rules:
 * - `violates` and `kit-fail` are failures, `suspect` and `inconclusive` errors: nothing was convicted, nothing cleared;
 * - what a baseline excuses is skipped, with its reason; a stale exception is a failure of a case of its own;
 * - plain `ws:` decides nothing: what would be a failure there is skipped, with its sentence;
 * - class and name together are a test's identity (GitLab shows the class as the suite, and drops what has the same of both);
 *   the text of a failure says everything, as GitLab shows no message; no `file` is named, as no source file is at fault.
 */
import builder, { type TestCase } from 'junit-report-builder';
import { bearingOf } from '../kit/core/conclusion';
import type { CaseReport, TargetReport } from '../kit/core/report';
import { describeCase, drawFirstTrial } from './describe-case';
import type { ReporterInput } from './reporter';
import { showInput } from './show-report';
import { clientLine, familyOf, isTold, sentenceOf, staleOf, toneOf } from './verdicts';

type Element = ReturnType<TestCase['build']>;

/** `--reporter junit`. */
export function renderJunit(raw: ReporterInput): string {
  const input = showInput(raw);
  const { report } = input;
  const document = builder.newBuilder().name('lastword');
  for (const target of report.targets) {
    const suite = document.testSuite().name(xmlText(target.name)).timestamp(new Date(report.run.startedAt)).time(0);
    suite.property('client', xmlText(clientLine(target)) || 'unknown');
    suite.property('profile', xmlText(report.suite.profile));
    suite.property('tier', report.suite.tier);
    suite.property('seed', xmlText(report.run.seed));
    if (!target.admitted) {
      const why = xmlText(target.refusal ?? 'the adapter was not admitted');
      named(suite.testCase(), target, 'adapter', 'is admitted').error(why, 'inconclusive');
    }
    for (const each of target.cases) {
      const name = `${each.id.split('/').slice(1).join('/')}@${each.variant}`;
      fill(named(suite.testCase(), target, familyOf(each.id), name), input, { target, each });
    }
  }
  for (const stale of staleOf(report)) {
    const suite = document.testSuite().name('baseline').timestamp(new Date(report.run.startedAt)).time(0);
    const name = `${stale.case} of ${stale.target}`;
    suite
      .testCase()
      .className('baseline')
      .name(xmlText(name))
      .time(0)
      .failure('stale: nothing needs this exception any more', 'stale');
  }
  return `${document.build().trimEnd()}\n`;
}

function named(test: TestCase, target: TargetReport, family: string, name: string): TestCase {
  return test
    .className(xmlText(`${target.name.replaceAll('.', '_')}.${family}`))
    .name(xmlText(name))
    .time(0);
}

function fill(
  test: TestCase,
  input: ReporterInput,
  { target, each }: { readonly target: TargetReport; readonly each: CaseReport },
): void {
  const bearing = bearingOf(input.report, each);
  const text = describeCase(each).join('\n');
  switch (bearing) {
    case 'inapplicable':
      skip(test, each.phrase, each.phrase);
      return;
    case 'holds':
      // A SHOULD that is not followed is worth knowing.
      if (isTold(toneOf(each))) test.standardOutput(inCdata(text));
      return;
    case 'excused':
      skip(test, each.exception?.reason ?? sentenceOf(each), text);
      return;
    case 'diagnosis':
      skip(test, `Plain ws: is a diagnosis, ${each.verdict}: ${sentenceOf(each)}`, text);
      return;
    case 'fails':
    case 'unsure':
      tellFailure(test, input, { target, each, isConvicted: bearing === 'fails' });
      return;
    default:
      throw new TypeError(`unknown bearing ${String(bearing satisfies never)}`);
  }
}

interface Failure {
  readonly target: TargetReport;
  readonly each: CaseReport;
  readonly isConvicted: boolean;
}

function tellFailure(test: TestCase, input: ReporterInput, { target, each, isConvicted }: Failure): void {
  const text = describeCase(each).join('\n');
  const drawn = drawFirstTrial(input, target.name, each);
  const content = inCdata(drawn === undefined ? text : `${text}\n\n${drawn}`);
  const message = xmlText(sentenceOf(each));
  if (isConvicted) test.failure(message, each.verdict).stacktrace(content);
  else test.error(message, each.verdict, content);
}

/**
 * Jenkins and GitHub's actions show of a skipped test its message, GitLab its content, and none of them what it printed; the
 * library has a word for neither.
 */
function skip(test: TestCase, message: string, content: string): void {
  test.skipped();
  const build = test.build.bind(test);
  test.build = (parent) => {
    const element = build(parent);
    const skipped = element.children.find((each) => 'name' in each && each.name === 'skipped');
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what has a name is an element
    (skipped as Element | undefined)?.att('message', xmlText(message)).cdata(inCdata(content));
    return element;
  };
}

// XML 1.0 §2.2: what is no character of XML may not stand in it even escaped.
// oxlint-disable-next-line no-control-regex -- naming them is the point
const noXml = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

/** XML 1.0 §2.7: a section of CDATA ends at `]]>`, which the library leaves as it is; two sections hold it. */
function inCdata(text: string): string {
  return xmlText(text).replaceAll(']]>', ']]]]><![CDATA[>');
}

function xmlText(text: string): string {
  return text.replaceAll(noXml, '\uFFFD');
}
