/** All that one client was asked, and what it showed. */
import type { CaseReport } from '../../kit/core/report';
import { groupBy } from '../group-by';
import { clientLine, familyOf, isTold, toneOf } from '../verdicts';
import { say } from './cells';
import { Details } from './details';
import { toldGroups, type CaseOfClient, type Client, type Model } from './model';
import { SweepFigures } from './sweep-figure';
import { VerdictTable } from './verdict-table';

export interface ClientPageInput {
  readonly model: Model;
  readonly client: Client;
  /** Whether there is room in the file for what lies behind a verdict. */
  readonly hasRoom: (each: CaseReport) => boolean;
  /** The same for the curves of a case that sweeps over a value. */
  readonly hasCurves: (each: CaseOfClient) => boolean;
}

export function ClientPage({ model, client, hasRoom, hasCurves }: ClientPageInput) {
  const { target, anchor } = client;
  const families = groupBy(client.cases, (each) => familyOf(each.id));
  return (
    <section class="page" id={anchor} aria-labelledby={`${anchor}-h`}>
      <p class="back">
        <a href="#overview">All clients</a>
      </p>
      <h2 id={`${anchor}-h`} tabIndex={-1}>
        {say(target.name, 120)}
      </h2>
      <p>
        {say(clientLine(target), 300)}
        {target.client.platform === '' ? '' : `, ${say(target.client.platform, 100)}`}
        {target.digest === undefined ? null : (
          <>
            ; <abbr title={`SHA-256 over the ${say(target.digest.of, 80)}`}>digest</abbr>{' '}
            <code>{say(target.digest.sha256.slice(0, 16), 16)}…</code>
          </>
        )}
      </p>
      {target.admitted ? null : (
        <p class="o">No statement about this client: its adapter was not admitted. {say(target.refusal ?? '')}</p>
      )}
      {families.map((cases) => (
        <Family model={model} client={client} cases={cases} hasRoom={hasRoom} hasCurves={hasCurves} />
      ))}
    </section>
  );
}

interface FamilyInput extends ClientPageInput {
  readonly cases: readonly CaseOfClient[];
}

function Family({ model, client, cases, hasRoom, hasCurves }: FamilyInput) {
  const family = familyOf(cases[0]?.id ?? '');
  const id = `${client.anchor}-${family}`;
  const isCalm = !cases.some(({ tone }) => isTold(tone));
  return (
    <div class={isCalm ? 'calm' : ''}>
      <h3 id={id}>{family}</h3>
      <VerdictTable
        model={model}
        labelledBy={id}
        label={`Cases of the family ${family}`}
        head="Case"
        rows={cases.map((of) => ({ of, href: `#${model.anchorOf(of.id)}`, name: of.id }))}
      />
      {cases.filter(hasCurves).map((each) => (
        <SweepFigures id={each.id} all={each.all} />
      ))}
      {cases.flatMap((each) =>
        toldGroups(model.report, each).map((group) => {
          const [first] = group;
          const room = first !== undefined && hasRoom(first);
          return (
            <article class={first === undefined ? each.tone : toneOf(first)} aria-label={each.id}>
              <h4>
                {each.id} <span>{say(each.worst.title, 120)}</span>
              </h4>
              <Details
                group={group}
                hasRoom={room}
                trial={room ? group.flatMap((one) => model.trialsOf(client, one)).at(0) : undefined}
              />
            </article>
          );
        }),
      )}
    </div>
  );
}
