// A signaling server of the npm package ws. It takes an offer, answers, and hangs up as it is told; the kit's control
// connection brings the certificates, and may hold an answer back.
'use strict';
const { timingSafeEqual, createHash } = require('node:crypto');
const http = require('node:http');
const https = require('node:https');
const net = require('node:net');
const { createInterface } = require('node:readline');
const { WebSocketServer } = require('ws');

const defaultAnswer = '{"type":"answer","sdp":"v=0\\r\\no=- 1 1 IN IP4 0.0.0.0\\r\\ns=-\\r\\nt=0 0\\r\\n"}';
/** By trial; one is spent at its first offer, and a client that connects again is told nothing. */
const orders = new Map();
let control;

function tell(event) {
  control?.write(`${JSON.stringify(event)}\n`);
}

function hasToken({ token }) {
  const digest = (text) => createHash('sha256').update(String(text)).digest();
  const own = process.env.LASTWORD_CONTROL_TOKEN ?? '';
  return own !== '' && timingSafeEqual(digest(token), digest(own));
}

net
  .createServer((connection) => {
    let isKnown = false;
    connection.on('error', () => connection.destroy());
    createInterface({ input: connection }).on('line', (line) => {
      const order = JSON.parse(line);
      if (!isKnown) {
        isKnown = hasToken(order);
        if (isKnown) control = connection;
        else connection.destroy();
        return;
      }
      if (order.op === 'listen') void listen(order).then(() => tell({ event: 'listening' }));
      else if (order.op === 'prepare') orders.set(order.trial, withRelease(order));
      else if (order.op === 'release') orders.get(order.trial)?.release?.();
      else if (order.op === 'forget') orders.set(order.trial, { isSpent: true });
    });
  })
  .listen(7400, () => console.log('control on port 7400'));

function withRelease(order) {
  const { promise, resolve } = Promise.withResolvers?.() ?? withResolvers();
  return { ...order, released: order.hold ? promise : undefined, release: resolve };
}

function withResolvers() {
  let resolve;
  const promise = new Promise((each) => (resolve = each));
  return { promise, resolve };
}

async function listen({ cert, key }) {
  const tls = (version) => https.createServer({ cert, key, minVersion: version, maxVersion: version });
  const servers = [
    [tls('TLSv1.2'), 7412],
    [tls('TLSv1.3'), 7413],
    [http.createServer(), 7480],
  ];
  for (const [server, port] of servers) {
    new WebSocketServer({ server }).on('connection', serve);
    await new Promise((resolve) => server.listen(port, resolve));
  }
}

/** A trial's client may be faster than its order, which comes another way. */
async function orderOf(trial) {
  if (control === undefined || trial === '') return undefined;
  const untilMs = performance.now() + 250;
  while (!orders.has(trial) && performance.now() < untilMs) {
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return orders.get(trial);
}

function serve(socket, request) {
  socket.on('error', () => undefined);
  socket.once('message', async () => {
    const trial = request.url.slice(1);
    const order = await orderOf(trial);
    if (order?.isSpent) return;
    if (order !== undefined) order.isSpent = true;
    const { remoteAddress, remotePort } = request.socket;
    if (order !== undefined) tell({ event: 'offer', trial, address: remoteAddress, port: remotePort });
    if (order?.released !== undefined) {
      const talk = () => tell({ event: 'talk', trial });
      for (const kind of ['message', 'ping', 'pong']) socket.once(kind, talk);
      await order.released;
      for (const kind of ['message', 'ping', 'pong']) socket.off(kind, talk);
    }
    const hangUp = order?.hangUp || process.env.LASTWORD_HANG_UP;
    // The three lines that this server is about.
    socket.send(order?.answer ?? defaultAnswer);
    if (hangUp === 'terminate') socket.terminate();
    else socket.close(1000, hangUp === 'polite' ? 'done' : '');
    if (order !== undefined) tell({ event: 'hung-up', trial });
  });
}
