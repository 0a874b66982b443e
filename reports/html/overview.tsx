/** What somebody sees first: what was asked, what came of it, and the matrix of clients and families of cases. */
import { bearingOf, conclusionOf } from '../../kit/core/conclusion';
import type { Environment, Report } from '../../kit/core/report';
import { familyWords } from '../families';
import {
  clientLine,
  compareCases,
  familyOf,
  isTold,
  sayConclusion,
  toneOf,
  verdictsByRank,
  verdictWords,
} from '../verdicts';
import { say, toneClass } from './cells';
import type { CaseOfClient, Client, Model } from './model';

export function Overview({ model }: { readonly model: Model }) {
  const { report } = model;
  return (
    <section id="overview" aria-labelledby="overview-h">
      <h2 id="overview-h" tabIndex={-1}>
        {conclusion(model)}
      </h2>
      <p>
        A WebSocket server answers and hangs up at once. Did every message that provably reached the client’s machine
        come out of the client’s API, once, in order, before the close? lastword played such a server, with TLS and
        without, in many timings; in some it stopped the client while the bytes arrived. The kernel says what arrived;
        the client says what it delivered; a verdict compares the two. Behind each name is a page: what a client showed,
        and what a case asks.
      </p>
      <Facts report={report} />
      <h3 id="matrix-h">Clients and families of cases</h3>
      <p>
        A cell shows the worst verdict among the cases of a family, and how many of its cases have it. Plain{' '}
        <code>ws:</code>, without TLS,{' '}
        {report.suite.binding.includes('plain')
          ? 'counts here: it was asked for.'
          : 'is asked for comparison only, and does not count here.'}
      </p>
      <div class="wide" tabIndex={0} role="group" aria-label="Matrix of clients and families">
        <table class={model.families.length > 8 ? 'matrix tight' : 'matrix'} aria-labelledby="matrix-h">
          <thead>
            <tr>
              <th scope="col">Client</th>
              {model.families.map((family) => (
                <th scope="col">{family}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {model.clients.map((client) => (
              <MatrixRow model={model} client={client} />
            ))}
          </tbody>
        </table>
      </div>
      <Families model={model} />
      <Baseline report={report} />
      <Legend />
      <CaseList model={model} />
    </section>
  );
}

function conclusion({ report, clients }: Model): string {
  const found = conclusionOf(report);
  if (found.why !== 'convicted') return sayConclusion(found);
  if (clients.length === 1) return 'This client violates what it must do';
  const bad = clients.filter(({ target }) => target.cases.some((each) => bearingOf(report, each) === 'fails')).length;
  return bad === 1
    ? `1 of ${clients.length} clients violates what it must do`
    : `${bad} of ${clients.length} clients violate what they must do`;
}

function Facts({ report }: { readonly report: Report }) {
  const { run, suite, environment } = report;
  const facts: readonly (readonly [string, string])[] = [
    ...(run.label === undefined ? [] : [['Label', say(run.label, 120)] as const]),
    [
      'When',
      `${run.startedAt.slice(0, 16).replace('T', ' ')} UTC${run.partial ? '; ended early, this report is partial' : ''}`,
    ],
    [
      'Asked',
      `profile ${say(suite.profile, 60)}, tier ${suite.tier}${run.shard === null ? '' : `, share ${run.shard} of the cases`}`,
    ],
    ['Seed', say(run.seed, 200)],
    ['Kit', `lastword ${say(suite.version, 40)}, catalogue ${say(suite.catalogueDigest.slice(0, 12), 12)}`],
    [
      'Machine',
      `${say(environment.os, 40)} ${say(environment.kernel, 60)} ${say(environment.arch, 20)}, ${environment.cpus} processors, Node ${say(environment.node, 20)}`,
    ],
    [
      'Witness',
      `${witnesses[environment.witness]}; server ${servers[environment.endpoint]}, ${paths[environment.path] ?? say(environment.path, 20)}`,
    ],
    ...(environment.capture === undefined ? [] : [['Packets', capturedBy(environment.capture)] as const]),
    ...environment.limits.map((limit) => ['Limit', say(limit, 200)] as const),
  ];
  return (
    <dl>
      {facts.map(([name, value]) => (
        <div>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

const witnesses: Readonly<Record<Environment['witness'], string>> = {
  'tcp-info': 'the kernel, by TCP_INFO of the server’s socket',
  'proc-net-tcp': 'the kernel, by /proc/net/tcp',
  'client-socket': 'the kernel, by what the client’s own socket held',
  none: 'none, so that no client is accused of losing a message',
};

const servers: Readonly<Record<Environment['endpoint'], string>> = {
  embedded: 'in the kit’s process',
  process: 'in a process of its own',
  container: 'in a container',
};

const paths: Readonly<Record<string, string>> = {
  direct: 'nothing between it and the client',
  proxied: 'a proxy between it and the client',
  remote: 'on another machine',
};

function capturedBy({ source, by, device, why }: NonNullable<Environment['capture']>): string {
  if (source === 'captured') return `captured by ${say(by ?? '', 60)} on ${say(device ?? '', 30)}`;
  return `not captured, but made of the bytes that the server sent and received${why === undefined || why === 'asked for' ? '' : ` (${say(why, 200)})`}`;
}

function MatrixRow({ model, client }: { readonly model: Model; readonly client: Client }) {
  const { target, anchor } = client;
  const isCalm = !client.cases.some(({ tone }) => isTold(tone)) && target.admitted;
  return (
    <tr class={isCalm ? 'calm' : ''}>
      <th scope="row">
        <a href={`#${anchor}`}>{say(target.name, 80)}</a>
        <small>{target.admitted ? say(clientLine(target), 80) : '? not admitted'}</small>
      </th>
      {model.families.map((family) => (
        <FamilyCell
          anchor={anchor}
          family={family}
          cases={client.cases.filter((each) => familyOf(each.id) === family)}
        />
      ))}
    </tr>
  );
}

interface FamilyCellInput {
  readonly anchor: string;
  readonly family: string;
  readonly cases: readonly CaseOfClient[];
}

function FamilyCell({ anchor, family, cases }: FamilyCellInput) {
  const [worst] = cases.map((each) => each.worst).sort(compareCases);
  if (worst === undefined) return <td class="q">not run</td>;
  const tone = toneOf(worst);
  const same = cases.filter((each) => each.worst.verdict === worst.verdict && toneOf(each.worst) === tone);
  const count = same.length;
  const { glyph, word, plural } = verdictWords[worst.verdict];
  return (
    <td class={toneClass[tone]}>
      <a href={`#${anchor}-${family}`}>
        <span aria-hidden="true">{glyph} </span>
        {count === cases.length ? (count === 1 ? '1' : `all ${count}`) : `${count} of ${cases.length}`}
        <span class="w"> {count === 1 ? word : plural}</span>
      </a>
    </td>
  );
}

/** What the families are about; those that this page knows. */
function Families({ model }: { readonly model: Model }) {
  const known = model.families.filter((family) => familyWords[family] !== undefined);
  return (
    <details>
      <summary>What the families of cases are about</summary>
      <dl>
        {known.map((family) => (
          <div>
            <dt>{family}</dt>
            <dd>{familyWords[family]}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

function Baseline({ report }: { readonly report: Report }) {
  if (report.baseline === undefined || report.baseline.length === 0) return null;
  return (
    <>
      <h3>Known failures, excused by a baseline</h3>
      <ul>
        {report.baseline.map((entry) => (
          <li>
            <b class={entry.state === 'stale' ? 'b' : ''}>{entry.state}</b> {say(entry.case, 200)} of{' '}
            {say(entry.target, 80)}: {say(entry.reason)}
            {entry.link === undefined ? '' : ` (${say(entry.link)})`}
          </li>
        ))}
      </ul>
    </>
  );
}

function Legend() {
  return (
    <>
      <h3 id="reading">How to read it</h3>
      <dl class="legend">
        {verdictsByRank.map((verdict) => {
          const { glyph, word, meaning, tone } = verdictWords[verdict];
          return (
            <div>
              <dt class={toneClass[tone]}>
                {glyph} {word}
              </dt>
              <dd>{meaning}</dd>
            </div>
          );
        })}
      </dl>
      <p>
        Messages have names: <b>A</b> is the server’s answer, <b>M1</b>, <b>M2</b> and so on are those of a burst. No
        client is accused of losing a message that its machine was not seen to acknowledge. Witness <b>W2</b>: the
        client’s own TCP acknowledged the last byte. <b>W2+</b>: meanwhile the client was frozen, and its socket was
        seen to hold the bytes unread. <b>W3</b>: its process then took them. <b>W4</b>: it answered past the message. A
        share is given with its exact 95 % interval (Clopper and Pearson). A clean series proves no absence of faults:
        it leaves the rate that stands behind “at most”.
      </p>
    </>
  );
}

function CaseList({ model }: { readonly model: Model }) {
  return (
    <>
      <h3 id="cases-h">Cases</h3>
      <div class="wide" tabIndex={0} role="group" aria-label="List of cases">
        <table aria-labelledby="cases-h">
          <thead>
            <tr>
              <th scope="col">Case</th>
              <th scope="col">What happens</th>
              <th scope="col">Clients</th>
            </tr>
          </thead>
          <tbody>
            {model.cases.map((kase) => {
              const counts = verdictsByRank.flatMap((verdict) => {
                const count = kase.of.filter((each) => each.worst.verdict === verdict).length;
                const { tone, glyph, word, plural } = verdictWords[verdict];
                return count === 0 ? [] : [{ count, tone, glyph, word: count === 1 ? word : plural }];
              });
              const isCalm = !kase.of.some(({ tone }) => isTold(tone));
              return (
                <tr class={isCalm ? 'calm' : ''}>
                  <th scope="row">
                    <a href={`#${kase.anchor}`}>{kase.id}</a>
                  </th>
                  <td>{say(kase.title, 120)}</td>
                  <td>
                    {counts.map(({ count, tone, glyph, word }) => (
                      <span class={`${toneClass[tone]} chip`}>
                        {glyph} {count} {word}{' '}
                      </span>
                    ))}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </>
  );
}
