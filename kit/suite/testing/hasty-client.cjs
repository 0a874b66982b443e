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
      // So late that even on a busy machine an `end` that waits in the socket comes first.
      setTimeout(() => queue.length > 0 && this.emit('message', queue.shift()), 400);
    });
    socket.on('error', (error) => this.emit('error', error));
    socket.on('close', (code, reason) => this.emit('close', code, reason));
    this.send = (text) => socket.send(text);
    this.close = (code, reason) => socket.close(code, reason);
  }
};
