const { EventEmitter } = require('node:events');
const { WebSocket } = require('ws');

/** A client that clears its queue on `end`: what has arrived and was not handed over is lost. */
exports.HastyClient = class HastyClient extends EventEmitter {
  constructor(url, ca) {
    super();
    const socket = new WebSocket(url, { ca });
    const queue = [];
    socket.on('upgrade', (response) => response.socket.on('end', () => queue.splice(0)));
    socket.on('open', () => this.emit('open'));
    socket.on('message', (data) => {
      queue.push(String(data));
      // Behind two looks at the sockets: an `end` that waits in one comes first, however busy the machine is.
      const handOver = () => queue.length > 0 && this.emit('message', queue.shift());
      setTimeout(() => setImmediate(() => setImmediate(handOver)), 2);
    });
    socket.on('error', (error) => this.emit('error', error));
    socket.on('close', (code, reason) => this.emit('close', code, reason));
    this.send = (text) => socket.send(text);
    this.close = (code, reason) => socket.close(code, reason);
  }
};
