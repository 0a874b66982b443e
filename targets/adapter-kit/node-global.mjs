/**
 * The global WebSocket of Node. It takes no TLS options, so the kit's CA becomes one of the process's default
 * authorities: by tls.setDefaultCACertificates (Node 22.19, 24.5), before that by an option put into tls.connect.
 */
import { createRequire } from 'node:module';
import process from 'node:process';
import { isAtLeast } from './load-package.mjs';
import { everyFeature, serve } from './serve.mjs';
import { watchWebSocket, whatwgObserves } from './whatwg.mjs';

// The object that undici inside Node shares with us: an import's namespace would be a copy.
const tls = createRequire(import.meta.url)('node:tls');
const trusted = [];

function trust(ca) {
  if (!ca || trusted.includes(ca)) return;
  trusted.push(ca);
  if (trusted.length > 8) trusted.shift();
  tls.setDefaultCACertificates?.([...trusted]);
}

export function serveNodeGlobal() {
  if (!tls.setDefaultCACertificates) {
    const { connect } = tls;
    tls.connect = (options, ...rest) => connect({ ...options, ca: [...trusted] }, ...rest);
  }
  serve({
    client: {
      name: 'node',
      version: process.versions.node,
      runtime: `node ${process.versions.node} (undici ${process.versions.undici})`,
    },
    model: 'whatwg',
    observes: whatwgObserves,
    // undici offers permessage-deflate since 6.18, and always then.
    features: everyFeature.filter((feature) => feature !== 'deflate' || isAtLeast(process.versions.undici, '6.18.0')),
    connect({ url, ca, subprotocols }, on) {
      trust(ca);
      return watchWebSocket(new WebSocket(url, subprotocols), on);
    },
  });
}
