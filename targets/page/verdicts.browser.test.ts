/** Applications with and without a fault, in Chromium under Playwright: what a run says of them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CaseReport } from '../../kit/core/report';
import { runConformance } from '../../kit/suite/run-conformance';
import { browserOf } from '../testing/browser-gate';
import { fromPage } from './from-page';
import { serveApps, type AppServer } from './testing/app-server';
import { startBehindProxy, startByPlaywright, startElsewhere, type OwnBrowser } from './testing/start-browser';

const browserPath = browserOf('chromium');
const withBrowser = browserPath === undefined ? it.skip : it;
let browser: OwnBrowser;
let apps: AppServer;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lastword-page-'));
  if (browserPath === undefined) return;
  [browser, apps] = await Promise.all([startByPlaywright(browserPath), serveApps()]);
});
afterAll(async () => {
  await browser?.[Symbol.asyncDispose]();
  await apps?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

async function play(app: string, cases: readonly string[], by = browser): Promise<readonly CaseReport[]> {
  const target = fromPage(() => by.open(apps.url(app)), { name: app });
  const options = {
    cases: [...cases],
    tls: ['1.3' as const],
    trials: 4,
    seed: 'a1',
    out: join(folder, `${Date.now()}`),
  };
  return (await runConformance(target, options)).cases.map(({ report }) => report);
}

const verdictsOf = (cases: readonly CaseReport[]) => Object.fromEntries(cases.map(({ id, verdict }) => [id, verdict]));

const asked = [
  'close/answer-close-one-record',
  'freeze/answer-fin',
  'hs/message-with-101',
  'burst/thousand-records-fin',
];

withBrowser.each(['right', 'reconnects'])(
  '%s: conforms, frozen and live',
  async (app) => {
    expect(verdictsOf(await play(app, asked))).toEqual({
      'close/answer-close-one-record': 'conforms',
      'freeze/answer-fin': 'conforms',
      'hs/message-with-101': 'conforms',
      'burst/thousand-records-fin': 'conforms',
    });
  },
  300_000,
);

withBrowser.each<[string, string, string]>([
  ['forgets', 'freeze/answer-fin', 'what waits to be handed on is forgotten at the close'],
  ['listens-late', 'hs/message-with-101', 'nobody listens when it has opened'],
  ['reconnects?loses', 'freeze/answer-fin', 'the message is of a connection that was replaced'],
])(
  '%s: violates %s, since %s',
  async (app, id) => {
    const [found] = await play(app, [id]);
    expect(found).toMatchObject({ id, verdict: 'violates' });
    expect(found?.phrase).toMatch(
      /^In \d+ of \d+ trials a message that had reached the client \(witness up to W[234]\+?\) was not reported/,
    );
  },
  300_000,
);

withBrowser(
  'a browser that somebody else has started is not frozen, and accused of no loss; both is said',
  async () => {
    await using elsewhere = await startElsewhere(browserPath ?? '');
    const cases = await play('forgets', ['close/answer-fin-same-segment', 'freeze/answer-fin'], elsewhere);
    expect(verdictsOf(cases)).toEqual({
      'close/answer-fin-same-segment': 'inconclusive',
      'freeze/answer-fin': 'inconclusive',
    });
    const notesOf = (id: string): string => cases.find((each) => each.id === id)?.notes.join('\n') ?? '';
    expect(notesOf('freeze/answer-fin')).toContain('the processes of the browser are not known');
    expect(notesOf('close/answer-fin-same-segment')).toContain('acknowledges in its place');
  },
  300_000,
);

withBrowser(
  'a proxy that this process has started is not taken for the browser: it is accused of no loss, and why is said',
  async () => {
    await using proxied = await startBehindProxy(browserPath ?? '');
    const ids = ['close/answer-fin-same-segment', 'freeze/answer-fin'];
    const cases = await play('right', ids, proxied);
    expect(verdictsOf(cases)).toEqual(Object.fromEntries(ids.map((id) => [id, 'inconclusive'])));
    expect(cases.at(-1)?.notes.join('\n')).toContain('the page answers while it stands still: a proxy');
  },
  300_000,
);
