/** The `ws` client, but one that ends TCP as soon as it has replied to a Close, and does not wait for the server to. */
import { WebSocket } from 'ws';
import { serve } from '../adapter-kit/serve.mjs';

serve({
  client: { name: 'leaves-at-close', version: '1' },
  observes: ['code', 'reason'],
  features: ['wss', 'ws', 'tls1.2', 'tls1.3', 'react-send'],
  connect({ url, ca }, on) {
    const socket = new WebSocket(url, { ...(ca ? { ca } : {}), perMessageDeflate: false });
    socket.on('open', () => {
      on.open();
      socket._receiver.once('conclude', () => setImmediate(() => socket._socket.destroySoon()));
    });
    socket.on('message', (data, isBinary) => on.message(isBinary ? data : new TextDecoder().decode(data)));
    socket.on('error', (error) => on.error(error));
    socket.on('close', (code, reason) => on.close({ code, reason: String(reason) }));
    return {
      socket,
      send: (data) => socket.send(data),
      close: (code, reason) => socket.close(code, reason),
      terminate: () => socket.terminate(),
    };
  },
});
