/** What every client with the WHATWG interface has in common: its events, and how it ends. */

export const whatwgObserves = ['code', 'reason', 'wasClean', 'error'];

const connecting = 0;
const closed = 3;
const graceMs = 250;

/** Attaches the handlers to a WebSocket that was just made, and returns what `serve` needs of a connection. */
export function watchWebSocket(socket, on, terminate = () => socket.close()) {
  let isClosed = false;
  socket.binaryType = 'arraybuffer';
  socket.addEventListener('open', () => on.open(socket.protocol));
  socket.addEventListener('message', (event) => on.message(event.data));
  socket.addEventListener('error', (event) => {
    on.error(event.error ?? (event.message || 'error'));
    // The global WebSocket of Node 20 and 22 reports a failed connect by an error alone, with no close after it.
    const isOver = () => !isClosed && (socket.readyState === connecting || socket.readyState === closed);
    setTimeout(() => setImmediate(() => isOver() && on.end()), graceMs);
  });
  socket.addEventListener('close', (event) => {
    isClosed = true;
    on.close({ code: event.code, reason: event.reason, wasClean: event.wasClean });
  });
  return { send: (data) => socket.send(data), close: (code, reason) => socket.close(code, reason), terminate };
}

/** One value for each CA: made once, and forgotten when many others came after it. */
export function memoByCa(make) {
  const made = new Map();
  return (ca) => {
    const value = made.get(ca) ?? make(ca);
    made.delete(ca);
    made.set(ca, value);
    if (made.size > 8) made.delete(made.keys().next().value);
    return value;
  };
}
