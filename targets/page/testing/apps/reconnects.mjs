/** Connects again by itself; with `?loses` in its address, what came last goes with the connection. */
import { serve } from '/page.mjs';

class Reconnecting {
  constructor(url, loses) {
    this.url = url;
    this.loses = loses;
    this.open();
  }
  open() {
    const socket = new WebSocket(this.url);
    this.socket = socket;
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => this.on.open();
    socket.onmessage = ({ data }) => {
      if (!this.loses) this.on.message(data);
      // Behind the application's work on it; by then the connection may be another.
      else setTimeout(() => socket === this.socket && this.on.message(data), 20);
    };
    socket.onclose = (event) => {
      this.socket = undefined;
      this.on.close(event);
      if (!this.isEnded) this.timer = setTimeout(() => this.open(), 50);
    };
  }
  send(data) {
    this.socket.send(data);
  }
  close(code, reason) {
    this.socket.close(code, reason);
  }
  abort() {
    this.isEnded = true;
    clearTimeout(this.timer);
    this.socket?.close();
  }
}

serve({
  client: { name: 'reconnects' },
  habits: ['reconnects'],
  connect({ url, on }) {
    const client = new Reconnecting(url, location.search === '?loses');
    client.on = on;
    return client;
  },
});
