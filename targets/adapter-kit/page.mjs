/**
 * What runs in the page of a browser: everything between an order and what the handlers of a WebSocket saw of it.
 * `drivePage` is handed to the page as its source, so that it refers to nothing outside of itself.
 *
 * @param tellName the function of the page that takes one report, as text, out of the browser
 */
export function drivePage(tellName) {
  const tell = globalThis[tellName];
  const keptConnections = 64;
  const patienceMs = 5000;
  const sockets = new Map();

  /** Whether the page is held, and how many reports there were meanwhile, which nobody makes who stands still. */
  let isHeld = false;
  let moved = 0;

  /** Before the handler that calls it returns; the page's own clock stands on it. */
  const report = (trial, event, fields) => {
    if (isHeld) moved += 1;
    tell(JSON.stringify({ event, trial, ...fields, tNs: Math.round(performance.now() * 1e6) }));
  };

  const toBase64 = (bytes) => {
    if (bytes.toBase64) return bytes.toBase64();
    let text = '';
    for (let at = 0; at < bytes.length; at += 0x8000) {
      text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
    }
    return btoa(text);
  };
  const fromBase64 = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

  /** The main thread of a page may not wait: it is kept busy. */
  const block = (ms) => {
    const end = performance.now() + ms;
    while (performance.now() < end);
  };

  const attempt = (trial, action) => {
    try {
      action();
    } catch (error) {
      report(trial, 'error', { message: String(error).slice(0, 2000) });
    }
  };

  const perform = (trial, socket, { sleepMs = 0, send = [], everyMs = 0, close }) => {
    if (sleepMs > 0) block(sleepMs);
    const payloads = send.map(({ text, base64 }) => (text === undefined ? fromBase64(base64) : text));
    const steps = payloads.map((payload) => () => socket.send(payload));
    if (close) steps.push(() => socket.close(close.code, close.reason));
    const next = (index) => {
      if (index >= steps.length) return;
      attempt(trial, steps[index]);
      if (everyMs > 0) setTimeout(next, everyMs, index + 1);
      else next(index + 1);
    };
    next(0);
  };

  const keep = (trial, socket) => {
    sockets.set(trial, socket);
    if (sockets.size > keptConnections) sockets.delete(sockets.keys().next().value);
  };

  const connect = ({ trial, url, subprotocols = [], reactions = [] }) => {
    const socket = new WebSocket(url, subprotocols);
    socket.binaryType = 'arraybuffer';
    const react = (when, nth) => {
      for (const reaction of reactions) {
        const isDue = reaction.when === when && (reaction.nth === undefined || reaction.nth === nth);
        if (isDue) perform(trial, socket, reaction);
      }
    };
    let messages = 0;
    socket.addEventListener('open', () => {
      report(trial, 'open', { protocol: socket.protocol });
      react('open');
    });
    socket.addEventListener('message', ({ data }) => {
      const isText = typeof data === 'string';
      report(trial, 'message', isText ? { data } : { base64: toBase64(new Uint8Array(data)) });
      messages += 1;
      react('message', messages);
    });
    // The standard tells a page no reason: it stands in the console, which is kept beside this.
    socket.addEventListener('error', () => report(trial, 'error', { message: 'error' }));
    socket.addEventListener('close', ({ code, reason, wasClean }) => {
      report(trial, 'close', { code, reason, wasClean });
      report(trial, 'done');
    });
    keep(trial, socket);
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

  const spinner = globalThis.crossOriginIsolated ? makeSpinner() : undefined;

  globalThis.lastword = {
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
      tell(JSON.stringify({ event: 'released', id, confirmed: reason === '', ...(reason === '' ? {} : { reason }) }));
    },
    run(command) {
      try {
        connect(command);
      } catch (error) {
        report(command.trial, 'error', { message: String(error).slice(0, 2000) });
        report(command.trial, 'done');
      }
    },
    abort(trial) {
      const socket = sockets.get(trial);
      if (socket) attempt(trial, () => socket.close());
    },
  };
}
