/** One case, over all clients: who shows what, with the shares side by side. */
import { familyOf } from '../verdicts';
import { Clauses, say } from './cells';
import type { CaseOfAll, Model } from './model';
import { VerdictTable } from './verdict-table';

const classes: Readonly<Record<string, string>> = {
  D: 'Deterministic: every run must show the same',
  F: 'Frozen: the client is stopped while the bytes and the end arrive',
  R: 'A live race, as it happens in the field',
  S: 'A sweep over delays or sizes',
  L: 'Under load',
};

const levels: Readonly<Record<string, string>> = {
  must: 'a MUST of the standards',
  should: 'a SHOULD of the standards',
  informational: 'what the standards leave open',
  kit: 'a rule of this kit',
  mixed: 'several things, of different weight',
};

export function CasePage({ model, kase }: { readonly model: Model; readonly kase: CaseOfAll }) {
  const { first, anchor } = kase;
  return (
    <section class="page" id={anchor} aria-labelledby={`${anchor}-h`}>
      <p class="back">
        <a href="#overview">All clients</a>
      </p>
      <h2 id={`${anchor}-h`} tabIndex={-1}>
        {kase.id}
      </h2>
      <p>{say(kase.title, 200)}.</p>
      <p>
        {classes[first.class] ?? first.class}. It asks for {levels[first.level] ?? first.level}, and rests on{' '}
        <Clauses clauses={first.clauses} />. What exactly it sends and expects is told by{' '}
        <code>lastword show {kase.id}</code>. A client’s name leads to what it showed.
      </p>
      <VerdictTable
        model={model}
        labelledBy={`${anchor}-h`}
        label={`Clients, asked ${kase.id}`}
        head="Client"
        rows={kase.of.map((of) => ({
          of,
          href: `#${of.client.anchor}-${familyOf(kase.id)}`,
          name: say(of.client.target.name, 80),
        }))}
      />
    </section>
  );
}
