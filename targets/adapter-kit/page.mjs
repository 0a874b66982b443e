/**
 * What runs in a page: everything between an order and what the handlers of a WebSocket saw of it. `lastword/page` is
 * this file, so that it imports nothing, evaluates nothing, and needs nothing but a page.
 */

/**
 * Drives connections by orders, and reports what their handlers see. The browsers' adapters hand it to their page as its
 * source, so that it refers to nothing outside of itself.
 *
 * @param tell takes one report, as text, out of the browser: a function, or the name of a global one
 * @param app what connects; absent: the page's own WebSocket
 */
export function drivePage(tell, app = { connect: ({ url, subprotocols }) => new WebSocket(url, subprotocols) }) {
  const say = typeof tell === 'string' ? globalThis[tell] : tell;
  const keptTrials = 64;
  // As long as the kit listens on behind a `done`.
  const lingerMs = 300;
  const trials = new Map();
  // Of a question that holds the page: a failure that comes sooner is one.
  const patienceMs = 5000;

  /** Whether the page is held, and how many reports there were meanwhile, which nobody makes who stands still. */
  let isHeld = false;
  let moved = 0;

  /** Before the handler that calls it returns; the page's own clock stands on it. */
  const report = (id, event, fields) => {
    if (isHeld) moved += 1;
    say(JSON.stringify({ event, trial: id, ...fields, tNs: Math.round(performance.now() * 1e6) }));
  };
  const reportThrown = (id, error) => report(id, 'error', { message: String(error).slice(0, 2000) });

  const toBase64 = (bytes) => {
    if (bytes.toBase64) return bytes.toBase64();
    let text = '';
    for (let at = 0; at < bytes.length; at += 0x8000) {
      text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
    }
    return btoa(text);
  };
  const fromBase64 = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

  /** Text, or bytes of whatever realm; undefined for anything else. */
  const payloadOf = (data) => {
    if (typeof data === 'string') return { data };
    if (ArrayBuffer.isView(data)) {
      return { base64: toBase64(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)) };
    }
    const isBuffer = Object.prototype.toString.call(data) === '[object ArrayBuffer]';
    return isBuffer ? { base64: toBase64(new Uint8Array(data)) } : undefined;
  };

  /** The main thread of a page may not wait: it is kept busy. */
  const block = (ms) => {
    const end = performance.now() + ms;
    while (performance.now() < end);
  };

  const attempt = (trial, action) => {
    try {
      action(trial.connection);
    } catch (error) {
      reportThrown(trial.id, error);
    }
  };

  const perform = (trial, { sleepMs = 0, send = [], everyMs = 0, close }) => {
    if (sleepMs > 0) block(sleepMs);
    const payloads = send.map(({ text, base64 }) => (text === undefined ? fromBase64(base64) : text));
    const steps = payloads.map((payload) => (connection) => connection.send(payload));
    if (close) steps.push((connection) => connection.close(close.code, close.reason));
    const next = (index) => {
      if (index >= steps.length) return;
      attempt(trial, steps[index]);
      if (everyMs > 0) setTimeout(next, everyMs, index + 1);
      else next(index + 1);
    };
    next(0);
  };

  const react = (trial, when, nth) => {
    for (const reaction of trial.reactions) {
      if (reaction.when !== when || (reaction.nth !== undefined && reaction.nth !== nth)) continue;
      // A client may tell that it is open before it has been handed over.
      if (trial.connection) perform(trial, reaction);
      else trial.due.push(reaction);
    }
  };

  const finish = (trial) => {
    if (trial.isDone) return;
    trial.isDone = true;
    report(trial.id, 'done');
  };

  /** What a client says of its end when the kit has ended it, long behind its trial, is no doing of its own. */
  const reportEnd = (trial, event, fields) => trial.isRetired || report(trial.id, event, fields);

  const handlersOf = (trial) => {
    let messages = 0;
    return {
      open(protocol) {
        report(trial.id, 'open', typeof protocol === 'string' ? { protocol } : {});
        react(trial, 'open');
      },
      message(data) {
        const payload = payloadOf(data);
        if (!payload) {
          const kind = Object.prototype.toString.call(data).slice(8, -1);
          report(trial.id, 'wrong', {
            message: `a message was handed on as ${kind}: hand on text or bytes, as they came`,
          });
          return;
        }
        report(trial.id, 'message', payload);
        messages += 1;
        react(trial, 'message', messages);
      },
      error(error) {
        reportEnd(trial, 'error', { message: String(error?.message ?? error ?? 'error').slice(0, 2000) });
      },
      close(close) {
        const { code, reason, wasClean } = close ?? {};
        reportEnd(trial, 'close', {
          // A code that is none is what the application was told: none.
          code: Number.isInteger(code) && code >= 0 && code <= 65_535 ? code : null,
          reason: typeof reason === 'string' ? reason.slice(0, 1000) : null,
          wasClean: typeof wasClean === 'boolean' ? wasClean : null,
        });
        finish(trial);
      },
      end() {
        finish(trial);
      },
    };
  };

  /** Listens to whatever has the events of a WebSocket. */
  const watch = (socket, on) => {
    // A Blob could be read only asynchronously, and later messages would overtake it.
    if ('binaryType' in socket) socket.binaryType = 'arraybuffer';
    socket.addEventListener('open', () => on.open(socket.protocol));
    socket.addEventListener('message', ({ data }) => on.message(data));
    // The standard tells a page no reason: it stands in the console, which is kept beside this.
    socket.addEventListener('error', (event) => on.error(event?.error ?? event?.message ?? 'error'));
    socket.addEventListener('close', (event) => on.close(event));
    return socket;
  };

  const end = ({ connection }) => {
    try {
      if (typeof connection.abort === 'function') connection.abort();
      else connection.close();
    } catch {
      // It has ended already, and says so.
    }
  };

  const stop = (trial) => {
    if (trial.isStopped) return;
    trial.isStopped = true;
    if (trial.connection) end(trial);
  };

  /** Ends a client for good, also one that would connect again for ever. */
  const retire = (trial) => {
    trial.isRetired = true;
    stop(trial);
  };

  /** What is wrong with what an application returned; undefined where the kit can use it. */
  const wrongWith = (trial, made) => {
    if (typeof made?.send !== 'function' || typeof made.close !== 'function') {
      const kind = Object.prototype.toString.call(made).slice(8, -1);
      return `\`connect\` of the page gave ${kind}: return the WebSocket that it made, or \`{ send, close }\` of what it made`;
    }
    if (trial.isListening) return undefined;
    if (typeof made.addEventListener !== 'function') {
      return '`connect` of the page returned no socket that could be listened to: call the handlers of its `on`';
    }
    const isLate = typeof made.readyState === 'number' && made.readyState > 0;
    return isLate
      ? '`connect` of the page returned a socket that was open already, so that messages may have gone by unheard: return it as soon as it is made, or call the handlers of its `on`'
      : undefined;
  };

  const accept = (trial, made, on) => {
    const wrong = wrongWith(trial, made);
    if (wrong) {
      report(trial.id, 'no-socket', { message: wrong });
      return;
    }
    trial.connection = trial.isListening ? made : watch(made, on);
    for (const reaction of trial.due.splice(0)) perform(trial, reaction);
    if (trial.isStopped) end(trial);
  };

  /** What an application is given. What it reads of `on`, `offer` or `reactions`, it does itself. */
  const orderOf = (trial, { url, subprotocols = [], reactions = [] }, on) => {
    const isOffer = ({ when, send }) => when === 'open' && send?.length === 1 && send[0].text !== undefined;
    return {
      url,
      subprotocols,
      get on() {
        trial.isListening = true;
        return on;
      },
      get offer() {
        trial.reactions = trial.reactions.filter((reaction) => !isOffer(reaction));
        return reactions.find(isOffer)?.send[0].text;
      },
      get reactions() {
        trial.reactions = [];
        return reactions;
      },
    };
  };

  const fail = (trial, error) => {
    reportThrown(trial.id, error);
    finish(trial);
  };

  /** Asks while its page spins: Firefox runs handlers within a synchronous request. */
  const makeSpinner = () => {
    const flag = new Int32Array(new SharedArrayBuffer(4));
    const source = `onmessage = ({ data: { flag, url } }) => {
      if (url === undefined) postMessage('ready');
      else fetch(url).then((answer) => Atomics.store(flag, 0, answer.ok ? 1 : 2), () => Atomics.store(flag, 0, 2));
    }`;
    const worker = new Worker(URL.createObjectURL(new Blob([source])));
    const ready = new Promise((resolve, reject) => {
      worker.addEventListener('message', resolve);
      worker.addEventListener('error', reject);
    });
    worker.postMessage({ flag });
    const ask = (url) => {
      Atomics.store(flag, 0, 0);
      worker.postMessage({ flag, url });
      while (Atomics.load(flag, 0) === 0);
      return Atomics.load(flag, 0) === 1;
    };
    return { ready, ask };
  };

  const ask = (url) => {
    const request = new XMLHttpRequest();
    request.open('GET', url, false);
    const askedMs = performance.now();
    try {
      request.send();
    } catch (error) {
      // WebKit waits for 10 s and no longer; nothing of the page runs before it asks again.
      if (performance.now() - askedMs > patienceMs) return ask(url);
      throw error;
    }
    return request.status === 200;
  };

  // Whatever an application's page forbids, a browser's own page does not.
  const spinner = typeof tell === 'string' && globalThis.crossOriginIsolated ? makeSpinner() : undefined;

  const driver = {
    /** Resolves when the page can be held. */
    ready: spinner?.ready,
    /** Nothing of the page runs before `url` is answered. */
    hold(id, url) {
      moved = 0;
      isHeld = true;
      let reason = '';
      try {
        if (!(spinner?.ask ?? ask)(url)) reason = 'the question that holds it was refused';
      } catch (error) {
        reason = String(error).slice(0, 300);
      }
      isHeld = false;
      if (moved > 0) reason = `handlers of the page ran meanwhile: ${moved}`;
      say(JSON.stringify({ event: 'released', id, confirmed: reason === '', ...(reason === '' ? {} : { reason }) }));
    },
    run(command) {
      const { trial: id, reactions = [] } = command;
      for (const each of trials.values()) {
        if (each.isDone && !each.isStopped) setTimeout(retire, lingerMs, each);
      }
      const trial = {
        id,
        reactions,
        due: [],
        connection: undefined,
        isDone: false,
        isStopped: false,
        isRetired: false,
      };
      trials.set(id, trial);
      if (trials.size > keptTrials) trials.delete(trials.keys().next().value);
      const on = handlersOf(trial);
      try {
        const made = app.connect(orderOf(trial, command, on));
        if (typeof made?.then !== 'function') accept(trial, made, on);
        else
          Promise.resolve(made)
            .then((socket) => accept(trial, socket, on))
            .catch((error) => fail(trial, error));
      } catch (error) {
        fail(trial, error);
      }
    },
    abort(id) {
      if (trials.has(id)) stop(trials.get(id));
    },
    retireAll() {
      for (const each of trials.values()) retire(each);
    },
  };
  if (typeof tell === 'string') globalThis.lastword = driver;
  return driver;
}

/**
 * Lets `fromPage` (of `lastword/targets`) drive an application in this page.
 *
 * @param app see page.d.mts
 */
export function serve({ client, connect, ...traits }) {
  if (typeof client?.name !== 'string' || typeof connect !== 'function') {
    throw new TypeError('serve: expected `client` with a `name`, and a function `connect`');
  }
  const id = `${Date.now()}-${Math.random()}`;
  let reports = 0;
  const waiting = [];
  let isTelling = false;
  const mostAtOnce = 1 << 20;
  /** One call at a time, with all that has come meanwhile: a call takes longer than a message. */
  const flush = async () => {
    isTelling = true;
    while (waiting.length > 0) {
      const texts = [];
      const first = reports - waiting.length;
      for (let size = 0; waiting.length > 0 && size < mostAtOnce; size += texts.at(-1).length) {
        texts.push(waiting.shift());
      }
      try {
        // The channel may lose no report and swap none: who listens can tell by the number.
        await globalThis.lastwordTell(JSON.stringify({ page: id, first, texts }));
      } catch {
        // Nobody listens any more.
      }
    }
    isTelling = false;
  };
  const tell = (text) => {
    reports += 1;
    waiting.push(text);
    if (!isTelling) void flush();
  };
  /** Whether this page can reach an address at all; its other end says the rest. */
  const probe = (url) =>
    new Promise((resolve) => {
      document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => {
        if (blockedURI.includes(new URL(url).host)) resolve(effectiveDirective);
      });
      try {
        const socket = new WebSocket(url);
        socket.addEventListener('close', () => resolve('closed'));
      } catch (error) {
        // A policy is told a moment later.
        setTimeout(resolve, 500, String(error));
      }
    });
  globalThis.lastwordPage = {
    ...drivePage(tell, { connect }),
    id,
    hello: { client: { version: '0.0.0', ...client }, ...traits },
    agent: navigator.userAgent,
    told: () => reports,
    probe,
  };
}
