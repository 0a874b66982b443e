/** The WebSocket of Bun. */
import { everyFeature, serve } from '../adapter-kit/serve.mjs';
import { watchWebSocket, whatwgObserves } from '../adapter-kit/whatwg.mjs';

serve({
  client: { name: 'bun', version: Bun.version },
  model: 'whatwg',
  observes: whatwgObserves,
  features: everyFeature,
  connect({ url, ca, subprotocols }, on) {
    const socket = new WebSocket(url, { protocols: subprotocols, ...(ca ? { tls: { ca } } : {}) });
    return watchWebSocket(socket, on, () => socket.terminate());
  },
});
