/**
 * The adapter protocol for a browser: orders become calls in its one page, reports of the page become lines.
 *
 * openBrowserStage() gives the folder, and `end`, by which the end of a browser, or of what it needs, is the end of this
 * program. `fail` is for all else that ends it, its driver or an error of its own: nobody may blame the browser for that.
 * serveBrowser(stage, { client, holder, canHold, store, call, isNetworkAlive, close }) says hello and obeys; a `store` is told
 * of each CA before the page is. `call(expression, answered)` has the page evaluate it, in the order of the calls; it returns `hear`,
 * for each report that comes out of the page.
 */
import { Buffer } from 'node:buffer';
import process from 'node:process';
import { makeBrowserFolder } from './browser-folder.mjs';
import { everyFeature, messageFields, readOrders, say } from './serve.mjs';
import { whatwgObserves } from './whatwg.mjs';

const abortMs = 1000;
const crashStatus = 70;
/** The end of a browser is nearly always heard before that of its driver, or right behind it. */
const graceMs = 1000;
// One connection to an address and port is opened at a time (RFC 6455 §4.1 item 2): a handshake that hangs would hold up
// the other trials of the same browser.
const everyOwn = [...everyFeature.filter((feature) => feature !== 'parallel'), 'hold'];

export const tellName = 'lastwordTell';

export const note = (text) => process.stderr.write(`${text}\n`);

/** Everything of a browser but the browser. */
export function openBrowserStage() {
  const own = makeBrowserFolder();
  process.on('exit', own.remove);
  const leave = (why, signal) => {
    note(why);
    own.remove();
    for (const child of stage.needs) child.kill();
    if (signal) process.kill(process.pid, signal);
    else process.exit(crashStatus);
  };
  const endWith = (why, signal) => {
    if (stage.isEnding) return;
    stage.isEnding = true;
    stage.isLost = true;
    const { child } = stage;
    const last = () => leave(why, signal);
    if (!child?.pid || child.exitCode !== null || child.signalCode !== null) {
      last();
      return;
    }
    // While it runs, it writes into its folder.
    child.once('exit', last);
    child.kill('SIGKILL');
  };
  const stage = {
    ...own,
    isEnding: false,
    /** Ends by itself: what still comes is no longer the client's doing. */
    isLost: false,
    needs: [],
    // Its settings, its crash reports and its certificates are nobody else's.
    env: {
      ...process.env,
      HOME: own.folder,
      XDG_CONFIG_HOME: own.folder,
      XDG_CACHE_HOME: own.folder,
      XDG_DATA_HOME: own.folder,
      TMPDIR: own.temporary,
    },
    end: (why, { signal } = {}) => endWith(why, signal),
    /** Ends as nothing that a browser does would: whatever was under way says nothing. */
    fail: (why) => endWith(why, 'SIGTERM'),
    failSoon: (why) => void setTimeout(() => stage.fail(why), graceMs),
    /** What the browser is driven by, or stands on. */
    need(child, what) {
      stage.needs.push(child);
      child.stderr?.on('data', (bytes) => process.stderr.write(bytes));
      child.once('error', (error) => stage.fail(`${what} cannot be started: ${error.message}`));
      child.once('exit', (code, signal) => stage.failSoon(`${what} ended: ${signal ?? `status ${code}`}`));
    },
    watch(child) {
      stage.child = child;
      child.stderr?.on('data', (bytes) => process.stderr.write(bytes));
      child.once('error', (error) => stage.end(`the browser cannot be started: ${error.message}`));
      child.once('exit', (code, signal) => setImmediate(tellEnd, code, signal));
    },
  };
  const tellEnd = (code, signal) => {
    const why = `the browser ended: ${signal ?? `status ${code}`}`;
    // One whose display went away ends by itself, and is reaped with it.
    if (stage.needs.some((each) => each.exitCode !== null || each.signalCode !== null)) stage.fail(why);
    else stage.end(why, { signal });
  };
  // A rejection that nobody handles comes here too.
  process.on('uncaughtException', (error) => stage.fail(`the adapter failed: ${error?.stack ?? error}`));
  return stage;
}

export function serveBrowser(
  stage,
  { client, holder, canHold = true, store, call, isNetworkAlive = () => true, close },
) {
  const features = everyOwn.filter((feature) => canHold || feature !== 'hold');
  /** Trials that are not done. */
  const open = new Set();

  const trust = (caFile) => {
    try {
      store?.trust(caFile);
      return true;
    } catch (error) {
      stage.fail(error.message);
      return false;
    }
  };

  const obey = (command) => {
    const { op, trial } = command;
    if (op === 'run') {
      const missing = (command.requires ?? []).find((feature) => !features.includes(feature));
      if (missing !== undefined) {
        say({ event: 'unsupported', trial, feature: missing });
        return;
      }
      if (command.caFile !== undefined && !trust(command.caFile)) return;
      open.add(trial);
      call(`lastword.run(${JSON.stringify(command)})`);
    } else if (op === 'abort') {
      call(`lastword.abort(${JSON.stringify(trial)})`);
      setTimeout(() => open.delete(trial) && say({ event: 'done', trial }), abortMs);
    } else if (op === 'hold') {
      call(`lastword.hold(${JSON.stringify(command.id)}, ${JSON.stringify(holder.urlOf(command.id))})`);
    } else if (op === 'release') {
      holder.release(command.id);
    } else if (op === 'ping') {
      call('0', () => say({ event: 'pong', id: command.id }));
    }
  };

  holder.onHeld((id) => say({ event: 'held', id }));
  say({
    event: 'hello',
    protocol: 1,
    client: { ...client, platform: `${process.platform} ${process.arch}` },
    api: 'callback',
    model: 'whatwg',
    habits: [],
    observes: whatwgObserves,
    features,
    limits: {},
  });
  readOrders(obey, async () => {
    stage.isEnding = true;
    await close();
    process.exit(0);
  });

  return (payload) => {
    if (stage.isLost) return;
    const { event, trial, base64, data, ...rest } = JSON.parse(payload);
    if ((event === 'error' || (event === 'close' && !rest.wasClean)) && !isNetworkAlive()) {
      stage.end('the browser’s network process ended');
    } else if (event === 'message') {
      say({ event, trial, ...messageFields(data ?? Buffer.from(base64, 'base64')), ...rest });
    } else if (event === 'released') {
      say({ event, ...rest });
    } else if (event !== 'done' || open.delete(trial)) {
      say({ event, trial, ...rest });
    }
  };
}
