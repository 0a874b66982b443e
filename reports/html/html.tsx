/** A page for people: one file that works from a disk or a static host, and needs no script. */
import { renderToStaticMarkup } from 'preact-render-to-string';
import type { ReporterInput } from '../reporter';
import { showInput } from '../show-report';
import { modelOf } from './model';
import { Page } from './page';

/** A file that everybody can load and send on. */
const mostBytes = 4_900_000;

/** `--reporter html`. */
export function renderHtml(input: ReporterInput): string {
  const model = modelOf(showInput(input));
  // Verdicts come first; what is left of the file is for what lies behind them.
  const bare = draw(<Page model={model} roomBytes={0} />);
  return draw(<Page model={model} roomBytes={mostBytes - Buffer.byteLength(bare)} />);
}

function draw(page: Parameters<typeof renderToStaticMarkup>[0]): string {
  return `<!doctype html>\n${renderToStaticMarkup(page)}\n`;
}
