/** The whole document. Nothing in it runs: the policy forbids scripts and everything from elsewhere. */
import { createHash } from 'node:crypto';
import type { CaseReport, Report } from '../../kit/core/report';
import { compareCases } from '../verdicts';
import { CasePage } from './case-page';
import { say } from './cells';
import { ClientPage } from './client-page';
import { toldGroups, type CaseOfClient, type Model } from './model';
import { Overview } from './overview';
import { style } from './style';
import { hasShape, sweepBytes } from './sweep-figure';
import { figureBytes } from './timeline-figure';

const styleHash = createHash('sha256').update(style).digest('base64');
const policy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'`;

export interface PageInput {
  readonly model: Model;
  /** Bytes of the file that what lies behind verdicts may take. */
  readonly roomBytes: number;
}

export function Page({ model, roomBytes }: PageInput) {
  const { report } = model;
  const title = `lastword: ${report.targets
    .map((target) => say(target.name, 40))
    .slice(0, 3)
    .join(', ')}${report.targets.length > 3 ? ' and others' : ''}`;
  const chosen = chooseRoom(model, roomBytes);
  return (
    <html lang="en">
      <head>
        <meta charSet="utf-8" />
        <meta http-equiv="Content-Security-Policy" content={policy} />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>{title}</title>
        {/* oxlint-disable-next-line react/no-danger -- a constant of this kit, whose digest the policy names */}
        <style dangerouslySetInnerHTML={{ __html: style }} />
      </head>
      <body>
        <a class="skip" href="#overview-h">
          To the report
        </a>
        <header>
          <h1>lastword: WebSocket clients, and the last word of a server that hangs up</h1>
          <nav aria-label="Pages">
            <a href="#overview">Overview</a>
            <a href="#reading">How to read it</a>
            <a href="#cases-h">Cases</a>
          </nav>
          <fieldset>
            <legend>Show</legend>
            <label>
              <input type="radio" name="show" id="all" checked /> everything
            </label>
            <label>
              <input type="radio" name="show" id="only-odd" /> only what somebody has to look at
            </label>
          </fieldset>
        </header>
        <main>
          <Overview model={model} />
          {model.clients.map((client) => (
            <ClientPage
              model={model}
              client={client}
              hasRoom={(each) => chosen.trials.has(each)}
              hasCurves={(each) => chosen.curves.has(each)}
            />
          ))}
          {model.cases.map((kase) => (
            <CasePage model={model} kase={kase} />
          ))}
        </main>
        <footer>{footerOf(report)}</footer>
      </body>
    </html>
  );
}

function footerOf({ suite, run }: Report): string {
  return `lastword ${say(suite.version, 40)}, run ${say(run.id, 200)}. This page holds what report.json and the raw trials say; it loads nothing and runs nothing.`;
}

/** What is drawn. */
export interface Room {
  readonly trials: ReadonlySet<CaseReport>;
  readonly curves: ReadonlySet<CaseOfClient>;
}

/** The curves of sweeps that fit, and the verdicts whose trials are drawn, the worst first, as long as there is room in the file. */
export function chooseRoom(model: Model, roomBytes: number): Room {
  const told = model.clients.flatMap((client) =>
    client.cases.flatMap((each) =>
      toldGroups(model.report, each).flatMap((group) => group.slice(0, 1).map((first) => ({ client, group, first }))),
    ),
  );
  const trials = new Set<CaseReport>();
  const curves = new Set<CaseOfClient>();
  let bytes = 0;
  for (const each of model.clients.flatMap((client) => client.cases)) {
    // A curve that is nowhere above zero says no more than its verdict.
    if (!hasShape(each.all)) continue;
    const next = bytes + sweepBytes(each.all);
    if (next > roomBytes / 2) continue;
    bytes = next;
    curves.add(each);
  }
  for (const { client, group, first } of told.toSorted((a, b) => compareCases(a.first, b.first))) {
    const trial = group.flatMap((each) => model.trialsOf(client, each)).at(0);
    const files = group.reduce((sum, each) => sum + Math.min(10, each.evidence.length), 0);
    bytes += 1500 + group.length * 150 + files * 220 + (trial === undefined ? 0 : figureBytes(trial));
    if (bytes > roomBytes) break;
    trials.add(first);
  }
  return { trials, curves };
}
