/** WebSocket-Node, by its `client` interface. It refuses frames above 1 MiB, and knows no permessage-deflate. */
import { loadPackage } from '../adapter-kit/load-package.mjs';
import { everyFeature, serve } from '../adapter-kit/serve.mjs';

const { module: websocket, version } = loadPackage('websocket');

serve({
  client: { name: 'websocket', version },
  observes: ['code', 'reason', 'error'],
  features: everyFeature.filter((feature) => feature !== 'deflate'),
  limits: { messageBytes: 1024 * 1024 },
  connect({ url, ca, subprotocols }, on) {
    const client = new websocket.client(ca ? { tlsOptions: { ca } } : {});
    let connection;
    client.on('connectFailed', (error) => {
      on.error(error);
      on.end();
    });
    client.on('connect', (opened) => {
      connection = opened;
      connection.on('message', (message) =>
        on.message(message.type === 'utf8' ? message.utf8Data : message.binaryData),
      );
      connection.on('error', (error) => on.error(error));
      connection.on('close', (code, reason) => on.close({ code, reason: String(reason ?? '') }));
      on.open(connection.protocol ?? '');
    });
    client.connect(url, subprotocols.length > 0 ? subprotocols : undefined);
    return {
      send: (data) => (typeof data === 'string' ? connection.sendUTF(data) : connection.sendBytes(data)),
      close: (code, reason) => connection.close(code, reason),
      terminate: () => (connection ? connection.socket.destroy() : client.abort()),
    };
  },
});
