/**
 * Chromium, headless, with one page that every connection of its life is made in. The page reports over the automation
 * channel (a binding of the DevTools protocol, in the order of the calls), and reacts by itself, in its own handlers.
 * The browser's end is this program's end, by the same signal; so is that of the page, and of the network process.
 */
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { loadPackage } from '../adapter-kit/load-package.mjs';
import { drivePage } from '../adapter-kit/page.mjs';
import { note, openBrowserStage, serveBrowser, tellName } from '../adapter-kit/serve-browser.mjs';

const [, , driverFolder, executablePath] = process.argv;
const { module: playwright, version: driverVersion } = loadPackage('playwright-core', driverFolder);
const stage = openBrowserStage();
// The driver makes the profile below the folder for temporary files.
process.env.TMPDIR = stage.temporary;

async function launch() {
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
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  return { server, browser, context, page: await context.newPage() };
}

/** Its death is seen by the page as a connection that ended, and told to nobody else. */
async function watchNetworkProcess(browser) {
  const system = await browser.newBrowserCDPSession();
  const { processInfo } = await system.send('SystemInfo.getProcessInfo');
  const pid = processInfo.find(({ type }) => type.includes('NetworkService'))?.id;
  if (pid === undefined) return () => true;
  return () => {
    try {
      process.kill(pid, 0);
      // What is dead and not yet waited for is still there.
      const stat = process.platform === 'linux' ? readFileSync(`/proc/${pid}/stat`, 'utf8') : '';
      return stat.slice(stat.lastIndexOf(')') + 2)[0] !== 'Z';
    } catch {
      return false;
    }
  };
}

async function drive() {
  const { server, browser, context, page } = await launch();
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
  const runtime = `headless, certificate errors ignored, playwright-core ${driverVersion}`;
  const client = { name: 'chromium', version: browser.version(), runtime };
  const hear = serveBrowser(stage, { client, call, isNetworkAlive, close: () => server.kill() });
  channel.on('Runtime.bindingCalled', ({ name, payload }) => name === tellName && hear(payload));
}

drive().catch((error) => {
  note(error.message);
  stage.end(`${executablePath} cannot be driven as Chromium: ${error.message.split('\n')[0]}`);
});
