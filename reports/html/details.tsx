/** What is behind a verdict that somebody has to look at: its sentence, a trial drawn, the command, the evidence. */
import { transportOf } from '../../kit/core/conclusion';
import type { ObservedTrial } from '../../kit/core/observation';
import type { CaseReport, EvidenceReference } from '../../kit/core/report';
import { groupBy } from '../group-by';
import { decisionRows } from '../decision-rows';
import { excuseOf, bareSentenceOf, lossLayers, outcomesOf, toneOf } from '../verdicts';
import { Clauses, partOf, say, toneClass, transportName, verdictText, whereOf } from './cells';
import { TimelineFigure } from './timeline-figure';

export interface DetailsInput {
  /** Verdicts that say the same. */
  readonly group: readonly CaseReport[];
  /** Absent: there is none, or no room for it. */
  readonly trial: ObservedTrial | undefined;
  readonly hasRoom: boolean;
}

export function Details({ group, trial, hasRoom }: DetailsInput) {
  const [first] = group;
  if (first === undefined) return null;
  const on = whereOf(group);
  return (
    <div class="d">
      <p>
        <b class={toneClass[toneOf(first)]}>{verdictText(first)}</b> on {on}: {say(bareSentenceOf(first))}
      </p>
      {first.exception === undefined ? null : <p>{say(excuseOf(first), 2000)}</p>}
      {first.notes.slice(0, 1).map((note) => (
        <p>For instance: {say(note, 400)}.</p>
      ))}
      {first.lossLayer === undefined ? null : <p>{lossLayers[first.lossLayer]}</p>}
      {hasRoom ? (
        <details>
          <summary>
            {trial === undefined ? '' : 'A trial drawn, '}numbers, clauses, how to run it again
            <span class="vh">
              {' '}
              for {first.id}, {on}
            </span>
          </summary>
          {trial === undefined ? null : <TimelineFigure observed={trial} />}
          <Numbers group={group} />
          <p>
            Rests on <Clauses clauses={first.clauses} />.
          </p>
          {first.replay === '' ? null : <Command words={first.replay} />}
          <Evidence group={group} />
        </details>
      ) : (
        <>{first.replay === '' ? null : <Command words={first.replay} />}</>
      )}
    </div>
  );
}

function Command({ words }: { readonly words: string }) {
  return (
    <div class="cmd" tabIndex={0} role="group" aria-label="Command that runs it again">
      <code>{say(words, 4000)}</code>
    </div>
  );
}

function Numbers({ group }: { readonly group: readonly CaseReport[] }) {
  return (
    <ul>
      {group.map((each) => {
        const rows = Object.keys(each.rows).filter((row) => row !== '15');
        return (
          <li>
            {nameOf(each)}: {outcomesOf(each)} in {each.trials.valid} valid trials
            {each.trials.inconclusive === 0 ? '' : `, ${each.trials.inconclusive} inconclusive`}
            {rows.length === 0 ? '' : `; row ${rows.join(', ')} of the decision table (below)`}
            {each.witness === undefined ? '' : `; witness ${each.witness.toUpperCase()}`}
          </li>
        );
      })}
      <Rows group={group} />
    </ul>
  );
}

/** `part b on TLS 1.3`. */
function nameOf(each: CaseReport): string {
  const name = partOf(each);
  const where = transportName(transportOf(each.variant));
  return name === '' ? where : `part ${name} on ${where}`;
}

/** The rows of the decision table that said so, in words. */
function Rows({ group }: { readonly group: readonly CaseReport[] }) {
  const rows = new Set(group.flatMap((each) => Object.keys(each.rows)).filter((row) => row !== '15'));
  return (
    <>
      {[...rows].toSorted().map((row) => (
        <li>
          Row {row}: {decisionRows[row] ?? ''}
        </li>
      ))}
    </>
  );
}

const kindNames: Readonly<Record<EvidenceReference['kind'], string>> = {
  pcapng: 'capture for Wireshark',
  timeline: 'timeline',
  'adapter-log': 'adapter log',
  witness: 'kernel witness',
  judgement: 'judgement',
};

/** Whether the packets of a capture were captured, or made; empty for other files. */
function sourceOf({ source, why }: EvidenceReference): string {
  if (source === undefined) return '';
  if (source === 'captured') return ' (packets as they were captured)';
  return ` (made of the bytes that the server sent and received${why === undefined ? '' : `: ${say(why, 120)}`})`;
}

/** Trials linked of each verdict; all of them stand in report.json. */
const shownTrials = 2;

function Evidence({ group }: { readonly group: readonly CaseReport[] }) {
  const lines = group.flatMap((each) => {
    const trials = groupBy(each.evidence, (file) => file.trial).slice(-shownTrials);
    return trials.map((files) => ({ on: nameOf(each), files }));
  });
  if (lines.length === 0) return null;
  return (
    <>
      <p>Evidence, files beside this page, of the trials that were kept:</p>
      <ul>
        {lines.map(({ on, files }) => (
          <li>
            {on}, trial {say(files[0]?.trial ?? '', 40)}:{' '}
            {files.map((file, at) => (
              <>
                {at === 0 ? '' : ', '}
                <a href={encodeURI(file.path).replaceAll('#', '%23').replaceAll('?', '%3F')}>{kindNames[file.kind]}</a>
                {sourceOf(file)}
              </>
            ))}
          </li>
        ))}
      </ul>
    </>
  );
}
