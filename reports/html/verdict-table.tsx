/** Verdicts in rows, the transports as columns, the share of violating trials behind them. */
import { isTold } from '../verdicts';
import { RateCell, VerdictCells } from './cells';
import { columns, type CaseOfClient, type Model } from './model';

export interface VerdictTableInput {
  readonly model: Model;
  /** The id of its heading. */
  readonly labelledBy: string;
  /** What a reader hears of the region that scrolls. */
  readonly label: string;
  /** What the rows are. */
  readonly head: string;
  readonly rows: readonly { readonly of: CaseOfClient; readonly href: string; readonly name: string }[];
}

export function VerdictTable({ model, labelledBy, label, head, rows }: VerdictTableInput) {
  return (
    <div class="wide" tabIndex={0} role="group" aria-label={label}>
      <table aria-labelledby={labelledBy}>
        <thead>
          <tr>
            <th scope="col">{head}</th>
            {columns.map(({ name }) => (
              <th scope="col">{name}</th>
            ))}
            <th scope="col">Violating trials</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ of, href, name }) => (
            <tr class={isTold(of.tone) ? '' : 'calm'}>
              <th scope="row">
                <a href={href}>{name}</a>
              </th>
              <VerdictCells report={model.report} all={of.all} />
              <RateCell of={of.worst} />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
