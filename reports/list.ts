/**
 * All reporters, in the order in which they are shown. One more is a file beside the others and an entry here. What draws
 * is loaded only when it is asked to: most commands have no use for it.
 */
import { KitError } from '../kit/core/kit-error';
import type { Reporter } from './reporter';
import { renderTerminal } from './terminal';

/* oxlint-disable typescript/no-require-imports, typescript/no-unsafe-type-assertion -- see above */
const terminal: Reporter = {
  name: 'terminal',
  says: 'what a maintainer reads first, on standard output; the default',
  render: ({ report, terminal: options }) => `${renderTerminal(report, options)}\n`,
};

const html: Reporter = {
  name: 'html',
  says: 'report.html, one file that works without scripts',
  file: 'report.html',
  wantsTrials: true,
  render: (input) => (require('./html/html') as typeof import('./html/html')).renderHtml(input),
};

const junit: Reporter = {
  name: 'junit',
  says: 'junit.xml, for CI servers',
  file: 'junit.xml',
  wantsTrials: true,
  render: (input) => (require('./junit') as typeof import('./junit')).renderJunit(input),
};

const markdown: Reporter = {
  name: 'markdown',
  says: 'summary.md, for the page of a CI job',
  file: 'summary.md',
  wantsTrials: true,
  render: (input) => (require('./markdown') as typeof import('./markdown')).renderMarkdown(input),
};

const ctrf: Reporter = {
  name: 'ctrf',
  says: 'ctrf.json, Common Test Report Format',
  file: 'ctrf.json',
  wantsTrials: true,
  render: (input) => (require('./ctrf') as typeof import('./ctrf')).renderCtrf(input),
};

const github: Reporter = {
  name: 'github',
  says: 'annotations for GitHub Actions, on standard output',
  render: (input) => (require('./github') as typeof import('./github')).renderGithub(input),
};

const badge: Reporter = {
  name: 'badge',
  says: 'badge.svg, for a README',
  file: 'badge.svg',
  render: (input) => (require('./badge') as typeof import('./badge')).renderBadge(input),
};

const json: Reporter = {
  name: 'json',
  says: 'report.json, on standard output',
  render: (input) => (require('./json') as typeof import('./json')).renderJson(input),
};
/* oxlint-enable typescript/no-require-imports, typescript/no-unsafe-type-assertion */

/** What `--reporter` can name. */
export const reporters: readonly Reporter[] = [terminal, html, junit, markdown, ctrf, github, badge, json];

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
