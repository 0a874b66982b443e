/**
 * Chromium, headless, with one page that every connection of its life is made in. The page reports over the automation
 * channel (a binding of the DevTools protocol, in the order of the calls), and reacts by itself, in its own handlers.
 * The browser's end is this program's end, by the same signal; so is that of the page, and of the network process.
 */
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { openHolder } from '../adapter-kit/holder.mjs';
import { loadPackage } from '../adapter-kit/load-package.mjs';
import { drivePage } from '../adapter-kit/page.mjs';
import { isRunning } from '../adapter-kit/processes.mjs';
import { note, openBrowserStage, serveBrowser, tellName } from '../adapter-kit/serve-browser.mjs';
import { openTrustStore, trustWords } from '../adapter-kit/trust-store.mjs';

/** A browser may start its network process later than its first page, ms. */
const networkProcessMs = 10_000;
const lookAgainMs = 20;

const [, , driverFolder, executablePath] = process.argv;
const { module: playwright, version: driverVersion } = loadPackage('playwright-core', driverFolder);
const stage = openBrowserStage();
// The driver makes the profile below the folder for temporary files.
process.env.TMPDIR = stage.temporary;

async function launch() {
  // Chromium looks for it there, and nowhere else.
  const store = openTrustStore(join(stage.folder, '.pki', 'nssdb'), note);
  const server = await playwright.chromium.launchServer({
    executablePath,
    headless: true,
    host: '127.0.0.1',
    env: stage.env,
    handleSIGHUP: false,
    handleSIGINT: false,
    handleSIGTERM: false,
    args: [
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      // The sandbox refuses to be root's.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ],
  });
  stage.watch(server.process());
  const browser = await playwright.chromium.connect(server.wsEndpoint());
  const context = await browser.newContext({ ignoreHTTPSErrors: store === undefined });
  return { server, browser, context, store, page: await context.newPage() };
}

/** Its death is seen by the page as a connection that ended, and told to nobody else. */
async function watchNetworkProcess(browser) {
  const system = await browser.newBrowserCDPSession();
  for (const beganMs = performance.now(); ; await sleep(lookAgainMs)) {
    const { processInfo } = await system.send('SystemInfo.getProcessInfo');
    const pid = processInfo.find(({ type }) => type.includes('NetworkService'))?.id;
    if (pid !== undefined) return () => isRunning(pid);
    // One that has it in the browser's own process ends with that.
    if (performance.now() - beganMs > networkProcessMs) return () => true;
  }
}

async function drive() {
  const holder = await openHolder();
  const { server, browser, context, store, page } = await launch();
  page.on('console', (message) => note(`console: ${message.text()}`));
  page.on('pageerror', (error) => note(`page: ${error.stack ?? error}`));
  page.on('crash', () => stage.end('the page crashed'));
  page.on('close', () => stage.failSoon('the page was closed'));
  const isNetworkAlive = await watchNetworkProcess(browser);
  const channel = await context.newCDPSession(page);
  await channel.send('Runtime.addBinding', { name: tellName });
  await channel.send('Runtime.evaluate', { expression: `(${drivePage})(${JSON.stringify(tellName)})` });

  const call = (expression, answered = () => undefined) => {
    channel.send('Runtime.evaluate', { expression }).then(
      ({ exceptionDetails }) => (exceptionDetails ? note(`page: ${exceptionDetails.text}`) : answered()),
      (error) => stage.isEnding || note(`the page cannot be told: ${error.message}`),
    );
  };
  const runtime = `headless, playwright-core ${driverVersion}`;
  const trust = store ? trustWords.store : trustWords.nothing;
  const client = { name: 'chromium', version: browser.version(), runtime, trust };
  const hear = serveBrowser(stage, { client, holder, store, call, isNetworkAlive, close: () => server.kill() });
  channel.on('Runtime.bindingCalled', ({ name, payload }) => name === tellName && hear(payload));
}

drive().catch((error) => {
  note(error.message);
  stage.end(`${executablePath} cannot be driven as Chromium: ${error.message.split('\n')[0]}`);
});
