/** A page for people: one file that works from a disk or a static host, and needs no script. */
import { renderToStaticMarkup } from 'preact-render-to-string';
import type { Reporter, ReporterInput } from '../reporter';
import { modelOf } from './model';
import { Page } from './page';

function render(input: ReporterInput): string {
  return `<!doctype html>\n${renderToStaticMarkup(<Page model={modelOf(input)} />)}\n`;
}

/** `--reporter html`. */
export const html: Reporter = {
  name: 'html',
  says: 'report.html, one file that works without scripts',
  file: 'report.html',
  wantsTrials: true,
  render,
};
