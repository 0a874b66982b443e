/** An application's own client for signaling: it hands on what came, and then the close. */
export class Signaling {
  constructor(url) {
    this.socket = new WebSocket(url);
    this.socket.binaryType = 'arraybuffer';
    this.socket.onopen = () => this.onopen();
    this.socket.onmessage = ({ data }) => this.onmessage(data);
    this.socket.onclose = (event) => this.onclose(event);
  }
  send(data) {
    this.socket.send(data);
  }
  close(code, reason) {
    this.socket.close(code, reason);
  }
}

/** As an application wires it up. */
export const connectBy =
  (Client) =>
  ({ url, on }) => {
    const client = new Client(url);
    client.onopen = () => on.open(client.socket.protocol);
    client.onmessage = (data) => on.message(data);
    client.onclose = (event) => on.close(event);
    return client;
  };
