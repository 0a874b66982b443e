/**
 * Holds the main thread of a page: a server of the adapter's own, on the loopback, which the page asks a question and
 * which answers when it is told to. The question arriving is the proof that the page stands still.
 */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';

// WHATWG HTML, cross-origin isolation: such a page may share memory with its worker.
const isolation = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'content-type': 'text/html',
};

/** Opens it; it ends with the process. */
export async function openHolder() {
  const key = randomUUID();
  const asked = new Map();
  const released = new Set();
  let hear = () => undefined;
  const server = createServer((request, response) => {
    const [, given, what, id] = request.url.split('/');
    response.setHeader('access-control-allow-origin', '*');
    response.setHeader('connection', 'close');
    if (given !== key) {
      response.statusCode = 404;
      response.end();
    } else if (what === 'page') {
      response.writeHead(200, isolation);
      response.end('<!doctype html><title>lastword</title>');
    } else if (released.has(Number(id))) {
      response.end();
    } else {
      const isFirst = !asked.has(Number(id));
      asked.set(Number(id), response);
      if (isFirst) hear(Number(id));
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  const base = `http://127.0.0.1:${server.address().port}/${key}`;
  return {
    /** A page that can be held although its browser runs handlers within a synchronous request. */
    pageUrl: `${base}/page`,
    urlOf: (id) => `${base}/hold/${id}`,
    /** Told of each page that stands still. */
    onHeld(listener) {
      hear = listener;
    },
    release(id) {
      // A page that asks again, or asks only now, is answered at once.
      released.add(id);
      asked.get(id)?.end();
      asked.delete(id);
    },
  };
}
