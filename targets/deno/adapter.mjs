/** The WebSocket of Deno. It offers no permessage-deflate. */
import { everyFeature, serve } from '../adapter-kit/serve.mjs';
import { memoByCa, watchWebSocket, whatwgObserves } from '../adapter-kit/whatwg.mjs';

const clientFor = memoByCa((ca) => Deno.createHttpClient({ caCerts: [ca] }));

serve({
  client: { name: 'deno', version: Deno.version.deno },
  model: 'whatwg',
  observes: whatwgObserves,
  features: everyFeature.filter((feature) => feature !== 'deflate'),
  connect({ url, ca, subprotocols }, on) {
    const options = { protocols: subprotocols, ...(ca ? { client: clientFor(ca) } : {}) };
    return watchWebSocket(new WebSocket(url, options), on);
  },
});
