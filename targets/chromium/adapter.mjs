/**
 * Chromium, headless, with one page that every connection of its life is made in. The page reports over the automation
 * channel (a binding of the DevTools protocol, in the order of the calls), and reacts by itself, in its own handlers.
 * The browser's end is this program's end, by the same signal; so is that of the page, and of the network process.
 */
import { Buffer } from 'node:buffer';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { makeBrowserFolder } from '../adapter-kit/browser-folder.mjs';
import { loadPackage } from '../adapter-kit/load-package.mjs';
import { drivePage } from '../adapter-kit/page.mjs';
import { everyFeature, messageFields, readOrders, say } from '../adapter-kit/serve.mjs';
import { whatwgObserves } from '../adapter-kit/whatwg.mjs';

const [, , driverFolder, executablePath] = process.argv;
const { module: playwright, version: driverVersion } = loadPackage('playwright-core', driverFolder);
// One connection to an address and port is opened at a time (RFC 6455 §4.1 item 2): a handshake that hangs would hold up
// the other trials of the same browser.
const features = everyFeature.filter((feature) => feature !== 'parallel');
const abortMs = 1000;
const crashStatus = 70;
const tellName = 'lastwordTell';
const own = makeBrowserFolder();
let isEnding = false;
/** Trials that are not done. */
const open = new Set();

const note = (text) => process.stderr.write(`${text}\n`);

/** The driver makes the profile below the folder for temporary files. */
process.env.TMPDIR = own.temporary;
process.on('exit', own.remove);

function end(why, { status = crashStatus, signal } = {}) {
  if (isEnding) return;
  isEnding = true;
  note(why);
  own.remove();
  if (signal) process.kill(process.pid, signal);
  else process.exit(status);
}

async function launch() {
  const server = await playwright.chromium.launchServer({
    executablePath,
    headless: true,
    host: '127.0.0.1',
    // Its settings, its crash reports and its certificates are nobody else's.
    env: { ...process.env, HOME: own.folder, XDG_CONFIG_HOME: own.folder, XDG_CACHE_HOME: own.folder },
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
  const child = server.process();
  child.stderr?.pipe(process.stderr, { end: false });
  child.once('exit', (code, signal) => end(`the browser ended: ${signal ?? `status ${code}`}`, { signal }));
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

function hear(payload, isNetworkAlive) {
  const { event, trial, base64, data, ...rest } = JSON.parse(payload);
  if ((event === 'error' || (event === 'close' && !rest.wasClean)) && !isNetworkAlive()) {
    end('the browser’s network process ended');
    return;
  }
  if (event === 'message') say({ event, trial, ...messageFields(data ?? Buffer.from(base64, 'base64')), ...rest });
  else if (event !== 'done' || open.delete(trial)) say({ event, trial, ...rest });
}

function obey(command, call) {
  const { op, trial } = command;
  if (op === 'run') {
    const missing = (command.requires ?? []).find((feature) => !features.includes(feature));
    if (missing !== undefined) {
      say({ event: 'unsupported', trial, feature: missing });
      return;
    }
    open.add(trial);
    call(`lastword.run(${JSON.stringify(command)})`);
  } else if (op === 'abort') {
    call(`lastword.abort(${JSON.stringify(trial)})`);
    setTimeout(() => open.delete(trial) && say({ event: 'done', trial }), abortMs);
  } else if (op === 'ping') {
    call('0', () => say({ event: 'pong', id: command.id }));
  }
}

const { server, browser, context, page } = await launch().catch((error) => {
  note(error.message);
  end(`${executablePath} cannot be driven as Chromium: ${error.message.split('\n')[0]}`);
  return {};
});
page.on('console', (message) => note(`console: ${message.text()}`));
page.on('pageerror', (error) => note(`page: ${error.stack ?? error}`));
page.on('crash', () => end('the page crashed'));
page.on('close', () => end('the page was closed'));
const isNetworkAlive = await watchNetworkProcess(browser);
const channel = await context.newCDPSession(page);
channel.on('Runtime.bindingCalled', ({ name, payload }) => name === tellName && hear(payload, isNetworkAlive));
await channel.send('Runtime.addBinding', { name: tellName });
await channel.send('Runtime.evaluate', { expression: `(${drivePage})(${JSON.stringify(tellName)})` });

/** In the order of the calls; an answer comes when the page’s main thread is free. */
function call(expression, answered = () => undefined) {
  channel.send('Runtime.evaluate', { expression }).then(
    ({ exceptionDetails }) => (exceptionDetails ? note(`page: ${exceptionDetails.text}`) : answered()),
    (error) => isEnding || note(`the page cannot be told: ${error.message}`),
  );
}

say({
  event: 'hello',
  protocol: 1,
  client: {
    name: 'chromium',
    version: browser.version(),
    runtime: `headless, certificate errors ignored, playwright-core ${driverVersion}`,
    platform: `${process.platform} ${process.arch}`,
  },
  api: 'callback',
  model: 'whatwg',
  habits: [],
  observes: whatwgObserves,
  features,
  limits: {},
});
readOrders(
  (command) => obey(command, call),
  async () => {
    isEnding = true;
    await server.kill();
    process.exit(0);
  },
);
