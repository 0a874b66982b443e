/**
 * The adapter protocol for a JavaScript client: everything but the client itself.
 *
 * serve({ client, model, observes, features, limits, connect }) says hello and obeys, resident (orders on standard
 * input) or one-shot (LASTWORD_URL is set). `connect(order, on)` opens one connection and returns
 * { send(data), close(code, reason), terminate() }; it attaches its handlers before connecting and calls
 *   on.open(protocol)  on.message(string | bytes)  on.error(error)  on.close({ code, reason, wasClean })
 *   on.end()  the connection is over although the client reports no close.
 * An exception that the client throws on its own is not caught here: the process dies of it, as an application would.
 */
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { readFileSync, writeSync } from 'node:fs';
import process from 'node:process';

const longestData = 4096;
const lingerMs = 250;
const abortMs = 1000;
const unsupportedStatus = 89;
const keptConnections = 64;

/** The trials that are not done. */
const trials = new Map();
/** Connections outlive their trial here, so that no garbage collector takes a handler that could still be called. */
const kept = [];

/** Blocks the thread, as a busy application would. */
function block(ms) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** Writes one line in one write, before the handler that calls it returns. */
export function say(event) {
  const bytes = Buffer.from(`${JSON.stringify(event)}\n`);
  for (let written = 0; written < bytes.length;) {
    try {
      written += writeSync(1, bytes, written);
    } catch (error) {
      if (error.code === 'EPIPE') process.exit(1);
      if (error.code !== 'EAGAIN') throw error;
      block(1);
    }
  }
}

function report(id, event, fields) {
  say({ event, trial: id, ...fields, tNs: Number(process.hrtime.bigint()) });
}

/** What a `message` event says of a payload, a string or bytes. */
export function messageFields(data) {
  const isText = typeof data === 'string';
  const bytes = isText ? Buffer.from(data) : ArrayBuffer.isView(data) ? data : new Uint8Array(data);
  const type = isText ? 'text' : 'binary';
  if (isText && bytes.byteLength <= longestData) return { type, data };
  return { type, length: bytes.byteLength, sha256: createHash('sha256').update(bytes).digest('hex') };
}

function describe(error) {
  const text = error instanceof Error ? error.message || error.code || error.name : String(error);
  return String(text).slice(0, 2000);
}

function finish(trial) {
  if (trial.done) return;
  trial.done = true;
  trials.delete(trial.id);
  report(trial.id, 'done');
  trial.finished?.();
}

/** Does something to the connection on the kit's order; what fails is an event, not this process's end. */
function attempt(trial, action) {
  try {
    action(trial.connection);
  } catch (error) {
    report(trial.id, 'error', { message: describe(error) });
  }
}

function perform(trial, { sleepMs = 0, send = [], everyMs = 0, close }) {
  if (sleepMs > 0) block(sleepMs);
  const payloads = send.map((item) => (item.text === undefined ? Buffer.from(item.base64, 'base64') : item.text));
  const steps = payloads.map((payload) => (connection) => connection.send(payload));
  if (close) steps.push((connection) => connection.close(close.code, close.reason));
  const next = (index) => {
    if (index >= steps.length) return;
    attempt(trial, steps[index]);
    if (everyMs > 0) setTimeout(next, everyMs, index + 1);
    else next(index + 1);
  };
  next(0);
}

function react(trial, when, nth) {
  for (const reaction of trial.reactions) {
    if (reaction.when === when && (reaction.nth === undefined || reaction.nth === nth)) perform(trial, reaction);
  }
}

function handlersOf(trial) {
  let messages = 0;
  return {
    open(protocol) {
      report(trial.id, 'open', protocol === undefined ? {} : { protocol });
      react(trial, 'open');
    },
    message(data) {
      report(trial.id, 'message', messageFields(data));
      messages += 1;
      react(trial, 'message', messages);
    },
    error(error) {
      report(trial.id, 'error', { message: describe(error) });
    },
    close({ code = null, reason = null, wasClean = null } = {}) {
      report(trial.id, 'close', { code, reason, wasClean });
      finish(trial);
    },
    end() {
      finish(trial);
    },
  };
}

function orderOf(command) {
  const { url, caFile, subprotocols = [], deflate = false, keepAlive } = command;
  return { url, subprotocols, deflate, keepAlive, ...(caFile ? { caFile, ca: readFileSync(caFile, 'utf8') } : {}) };
}

function run(client, command, finished) {
  const id = command.trial;
  const missing = (command.requires ?? []).find((feature) => !client.features.includes(feature));
  if (missing !== undefined) {
    report(id, 'unsupported', { feature: missing });
    return false;
  }
  const trial = { id, reactions: command.reactions ?? [], done: false, finished, connection: undefined };
  trials.set(id, trial);
  try {
    trial.connection = client.connect(orderOf(command), handlersOf(trial));
    kept.push(trial.connection);
    if (kept.length > keptConnections) kept.shift();
  } catch (error) {
    report(id, 'error', { message: describe(error) });
    finish(trial);
  }
  return true;
}

function abort(id) {
  const trial = trials.get(id);
  if (!trial) return;
  attempt(trial, (connection) => connection?.terminate());
  setTimeout(() => finish(trial), abortMs);
}

function obey(client, command) {
  if (command.op === 'run') run(client, command);
  else if (command.op === 'abort') abort(command.trial);
  else if (command.op === 'ping') say({ event: 'pong', id: command.id });
}

/** Hands each order on standard input to `obey`; `ended` is called when it ends. */
export function readOrders(obey, ended = () => process.exit(0)) {
  let pending = '';
  process.stdin.setEncoding('utf8');
  process.stdin.on('data', (text) => {
    const lines = (pending + text).split('\n');
    pending = lines.pop();
    for (const line of lines) if (line.trim() !== '') obey(JSON.parse(line));
  });
  process.stdin.on('end', ended);
}

function serveEnvironment(client, env) {
  const requires = JSON.parse(env.LASTWORD_REQUIRES ?? '[]');
  const offer = env.LASTWORD_OFFER === undefined ? [] : [{ when: 'open', send: [{ text: env.LASTWORD_OFFER }] }];
  const command = {
    trial: env.LASTWORD_TRIAL,
    url: env.LASTWORD_URL,
    caFile: env.LASTWORD_CA_FILE,
    requires,
    deflate: requires.includes('deflate'),
    subprotocols: JSON.parse(env.LASTWORD_SUBPROTOCOLS ?? '[]'),
    keepAlive: env.LASTWORD_KEEP_ALIVE,
    reactions: env.LASTWORD_REACTIONS === undefined ? offer : JSON.parse(env.LASTWORD_REACTIONS),
  };
  const isSupported = run(client, command, () => setTimeout(() => process.exit(0), lingerMs));
  if (!isSupported) process.exit(unsupportedStatus);
}

function runtimeName() {
  if (globalThis.Bun) return `bun ${globalThis.Bun.version}`;
  if (globalThis.Deno) return `deno ${globalThis.Deno.version.deno}`;
  return `node ${process.versions.node}`;
}

export function serve({ client, api = 'callback', model = 'other', habits = [], observes, features, limits, connect }) {
  say({
    event: 'hello',
    protocol: 1,
    client: { runtime: runtimeName(), platform: `${process.platform} ${process.arch}`, ...client },
    api,
    model,
    habits,
    observes,
    features,
    limits: limits ?? {},
  });
  if (process.env.LASTWORD_URL === undefined) readOrders((command) => obey({ features, connect }, command));
  else serveEnvironment({ features, connect }, process.env);
}

/** Every feature that this helper can provide for a client which gives it what it needs. */
export const everyFeature = [
  'wss',
  'ws',
  'tls1.2',
  'tls1.3',
  'deflate',
  'subprotocol',
  'send-binary',
  'react-send',
  'react-close',
  'react-sleep',
  'parallel',
];
