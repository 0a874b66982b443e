/** undici's own WebSocket, with an Agent that trusts the kit's CA and resumes no TLS session. */
import { isAtLeast, loadPackage } from '../adapter-kit/load-package.mjs';
import { everyFeature, serve } from '../adapter-kit/serve.mjs';
import { memoByCa, watchWebSocket, whatwgObserves } from '../adapter-kit/whatwg.mjs';

const { module: undici, version } = loadPackage('undici');
const agentFor = memoByCa((ca) => new undici.Agent({ connect: { ca, maxCachedSessions: 0 } }));

serve({
  client: { name: 'undici', version },
  model: 'whatwg',
  observes: whatwgObserves,
  // undici offers permessage-deflate since 6.18, and always then.
  features: everyFeature.filter((feature) => feature !== 'deflate' || isAtLeast(version, '6.18.0')),
  connect({ url, ca, subprotocols }, on) {
    const options = { protocols: subprotocols, ...(ca ? { dispatcher: agentFor(ca) } : {}) };
    return watchWebSocket(new undici.WebSocket(url, options), on);
  },
});
