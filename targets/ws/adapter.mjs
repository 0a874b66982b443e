/** ws, by the events that its README and most applications use: `wasClean` exists only on its EventTarget side. */
import { loadPackage } from '../adapter-kit/load-package.mjs';
import { everyFeature, serve } from '../adapter-kit/serve.mjs';

const { module: WebSocket, version } = loadPackage('ws');

serve({
  client: { name: 'ws', version },
  observes: ['code', 'reason', 'error'],
  features: everyFeature,
  limits: { messageBytes: 100 * 1024 * 1024 },
  connect({ url, ca, subprotocols, deflate }, on) {
    const socket = new WebSocket(url, subprotocols, { ...(ca ? { ca } : {}), perMessageDeflate: deflate });
    socket.on('open', () => on.open(socket.protocol));
    // ws 8 gives text as a Buffer and says so; ws 7 gives a string.
    socket.on('message', (data, isBinary) => on.message(isBinary === false ? data.toString() : data));
    socket.on('error', (error) => on.error(error));
    socket.on('close', (code, reason) => on.close({ code, reason: String(reason) }));
    return {
      send: (data) => socket.send(data),
      close: (code, reason) => socket.close(code, reason),
      terminate: () => socket.terminate(),
    };
  },
});
