/** All reporters, in the order in which they are shown. One more is a file beside the others and a line here. */
import { KitError } from '../kit/core/kit-error';
import { badge } from './badge';
import { ctrf } from './ctrf';
import { github } from './github';
import { html } from './html/html';
import { json } from './json';
import { junit } from './junit';
import { markdown } from './markdown';
import type { Reporter } from './reporter';
import { renderTerminal } from './terminal';

const terminal: Reporter = {
  name: 'terminal',
  says: 'what a maintainer reads first, on standard output; the default',
  render: ({ report, terminal: options }) => `${renderTerminal(report, options)}\n`,
};

/** What `--reporter` can name. */
export const reporters: readonly Reporter[] = [terminal, junit, markdown, ctrf, github, badge, html, json];

/**
 * Those that were named, each once, in the order of their names.
 * @throws {KitError} `REPORTER`
 */
export function findReporters(names: readonly string[]): readonly Reporter[] {
  const words = names.flatMap((name) => name.split(',')).map((name) => name.trim());
  return [...new Set(words)].map((word) => {
    const found = reporters.find((each) => each.name === word);
    if (found !== undefined) return found;
    const known = reporters.map((each) => each.name).join(', ');
    throw new KitError('REPORTER', `\`--reporter ${word}\`: there is no such reporter; there are ${known}`);
  });
}
