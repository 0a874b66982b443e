/** A page for people: one file that works from a disk or a static host, and needs no script. */
import { renderToStaticMarkup } from 'preact-render-to-string';
import type { ReporterInput } from '../reporter';
import { modelOf } from './model';
import { Page } from './page';

/** `--reporter html`. */
export function renderHtml(input: ReporterInput): string {
  return `<!doctype html>\n${renderToStaticMarkup(<Page model={modelOf(input)} />)}\n`;
}
