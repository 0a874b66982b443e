import ReconnectingWebSocket from 'reconnecting-websocket';

/** An application's own client, on a library that connects again. */
export class Signaling {
  constructor(url) {
    this.socket = new ReconnectingWebSocket(url);
    this.socket.binaryType = 'arraybuffer';
    this.socket.addEventListener('open', () => this.onopen());
    this.socket.addEventListener('message', ({ data }) => this.deliver(data));
    this.socket.addEventListener('close', (event) => this.end(event));
  }
  deliver(data) {
    this.onmessage(data);
  }
  end(event) {
    this.onclose(event);
  }
  send(data) {
    this.socket.send(data);
  }
  close(code, reason) {
    this.socket.close(code, reason);
  }
  destroy() {
    this.socket.close();
  }
}
