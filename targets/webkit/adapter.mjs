/**
 * WebKitGTK: its MiniBrowser on a virtual display, with one page that every connection of its life is made in. WebDriver
 * has no events: the page keeps its reports in a queue, in the order of the handlers, and a call that is always waiting
 * there takes out all that has come. The page reacts by itself, in its own handlers.
 */
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { openHolder } from '../adapter-kit/holder.mjs';
import { drivePage } from '../adapter-kit/page.mjs';
import { endChild, findChild, isRunning } from '../adapter-kit/processes.mjs';
import { note, openBrowserStage, serveBrowser, tellName } from '../adapter-kit/serve-browser.mjs';
import { trustWords } from '../adapter-kit/trust-store.mjs';
import { openWebDriver } from '../adapter-kit/webdriver.mjs';

const [, , program] = process.argv;
const stage = openBrowserStage();
const launchMs = 20_000;
const retryMs = 20;
const lookMs = 500;
/** What the driver says of a script that threw; of nothing else is the page still there. */
const scriptError = 'javascript error';

/** A display of its own. */
async function openDisplay() {
  const options = ['-displayfd', '3', '-nolisten', 'tcp', '-screen', '0', '800x600x24'];
  const child = spawn('Xvfb', options, { env: stage.env, stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  stage.need(child, 'the virtual display');
  const name = await new Promise((resolve) => {
    let said = '';
    child.stdio[3].on('data', (bytes) => (said += bytes).endsWith('\n') && resolve(`:${said.trim()}`));
  });
  return { child, name };
}

/** Below the ports that the system hands out by itself: between this look and its use, nobody is given it by chance. */
async function findPort() {
  for (;;) {
    const port = 16_384 + Math.floor(Math.random() * 16_000);
    const server = createServer();
    const isFree = await new Promise((resolve) => {
      server.once('error', () => resolve(false));
      server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
    });
    if (isFree) return port;
  }
}

/** Both sides take a moment to listen, and nobody says when they do. */
async function untilAnswered(ask) {
  const startedMs = performance.now();
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (performance.now() - startedMs > launchMs) throw error;
      await sleep(retryMs);
    }
  }
}

async function launch() {
  const display = await openDisplay();
  const env = {
    ...stage.env,
    DISPLAY: display.name,
    GDK_BACKEND: 'x11',
    // Nothing of the desktop of whoever runs this is asked or told.
    DBUS_SESSION_BUS_ADDRESS: 'disabled:',
    NO_AT_BRIDGE: '1',
    // The sandbox refuses to be root's.
    ...(process.getuid?.() === 0 ? { WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1' } : {}),
  };
  const inspector = `127.0.0.1:${await findPort()}`;
  const browser = spawn(program, ['--automation'], {
    env: { ...env, WEBKIT_INSPECTOR_SERVER: inspector },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  stage.watch(browser);
  const port = await findPort();
  const driver = spawn('WebKitWebDriver', ['--host=127.0.0.1', `--port=${port}`, `--target=${inspector}`], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  stage.need(driver, 'WebKitWebDriver');
  const webDriver = openWebDriver(port);
  await untilAnswered(webDriver.status);
  const session = await untilAnswered(() =>
    webDriver.openSession({
      acceptInsecureCerts: true,
      timeouts: { script: null },
      'webkitgtk:browserOptions': { binary: program, args: [] },
    }),
  );
  return { display, browser, driver, session };
}

/** In the page: a queue of what was told, in order, and one call that waits for it. */
function openQueue(tellName) {
  const told = [];
  let waiting;
  const flush = () => {
    if (waiting === undefined || told.length === 0) return;
    const answer = waiting;
    waiting = undefined;
    answer(told.splice(0));
  };
  const tell = (kind, text) => {
    told.push([kind, text]);
    flush();
  };
  globalThis[tellName] = (text) => tell('report', text);
  globalThis.lastwordListen = (answer) => {
    waiting = answer;
    flush();
  };
  // An automated WebKit writes its console nowhere.
  for (const level of ['debug', 'log', 'info', 'warn', 'error']) {
    console[level] = (...words) => tell('note', `console: ${words.map(String).join(' ').slice(0, 2000)}`);
  }
  addEventListener('error', ({ message }) => tell('note', `page: ${message}`));
  addEventListener('unhandledrejection', ({ reason }) => tell('note', `page: ${reason}`));
}

/** Takes reports out of the page until it ends. */
async function listen(session, hear) {
  try {
    for (;;) {
      const told = await session.executeAsync('lastwordListen(arguments[0])');
      for (const [kind, text] of told) (kind === 'report' ? hear : note)(text);
    }
  } catch (error) {
    stage.failSoon(`the page cannot be heard: ${error.message}`);
  }
}

/** Neither the driver nor a call that waits is told at once when one of the browser's processes ends. */
async function watchProcesses(browser) {
  if (process.platform !== 'linux') return () => true;
  // Unknown, its end would be that of a connection.
  const find = (word) =>
    untilAnswered(() => {
      const pid = findChild(browser.pid, word);
      if (pid === undefined) throw new Error(`there is no ${word} below it`);
      return pid;
    });
  const network = await find('WebKitNetworkProcess');
  const page = await find('WebKitWebProcess');
  setInterval(() => {
    if (!isRunning(network)) stage.end('the browser’s network process ended');
    if (!isRunning(page)) stage.end('the page crashed');
  }, lookMs).unref();
  return () => isRunning(network);
}

/** Calls one after the other: the driver takes several at once, in no order that it promises. */
function makeCall(session) {
  let last = Promise.resolve();
  return (expression, answered = () => undefined) => {
    last = last.then(async () => {
      try {
        await session.execute(`${expression};`);
        answered();
      } catch (error) {
        if (error.kind === scriptError) note(`page: ${error.message}`);
        else stage.failSoon(`the page cannot be told: ${error.message}`);
      }
    });
  };
}

async function drive() {
  const holder = await openHolder();
  const { display, browser, driver, session } = await launch();
  const name = JSON.stringify(tellName);
  await session.execute(`(${openQueue})(${name}); (${drivePage})(${name});`);
  const client = {
    name: 'webkit',
    version: session.version,
    runtime: 'WebKitGTK on Xvfb, WebDriver',
    // GnuTLS reads the CAs of the whole machine, and no others.
    trust: trustWords.nothing,
  };
  const close = () =>
    // A display that is killed leaves its lock behind.
    Promise.all([endChild(driver, 'SIGKILL'), endChild(browser, 'SIGKILL'), endChild(display.child, 'SIGTERM')]);
  const isNetworkAlive = await watchProcesses(browser);
  const hear = serveBrowser(stage, { client, holder, call: makeCall(session), isNetworkAlive, close });
  void listen(session, hear);
}

drive().catch((error) => stage.end(`${program} cannot be driven as WebKitGTK: ${error.message}`));
