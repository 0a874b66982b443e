/**
 * libdatachannel's WebSocket through node-datachannel. Its close callback tells nothing about the close, its close()
 * takes no code, and it offers no permessage-deflate. Without `maxMessageSize` it truncates messages at 256 KiB.
 */
import process from 'node:process';
import { loadPackage } from '../adapter-kit/load-package.mjs';
import { everyFeature, serve } from '../adapter-kit/serve.mjs';

const { module: nodeDataChannel, version } = loadPackage('node-datachannel');
const messageBytes = 16 * 1024 * 1024;

serve({
  client: { name: 'node-datachannel', version, runtime: `node ${process.versions.node} (${libraryName()})` },
  observes: ['error'],
  features: everyFeature.filter((feature) => feature !== 'deflate'),
  limits: { messageBytes, keepAliveMs: 10_000 },
  connect({ url, caFile, subprotocols }, on) {
    const socket = new nodeDataChannel.WebSocket({
      maxMessageSize: messageBytes,
      ...(subprotocols.length > 0 ? { protocols: subprotocols } : {}),
      ...(caFile ? { caCertificatePemFile: caFile } : {}),
    });
    socket.onOpen(() => on.open());
    socket.onMessage((data) => on.message(data));
    socket.onError((message) => on.error(message));
    socket.onClosed(() => on.close());
    socket.open(url);
    return {
      socket,
      send: (data) => (typeof data === 'string' ? socket.sendMessage(data) : socket.sendMessageBinary(data)),
      close: () => socket.close(),
      terminate: () => (socket.forceClose ? socket.forceClose() : socket.close()),
    };
  },
});

function libraryName() {
  return `libdatachannel ${nodeDataChannel.getLibraryVersion?.() ?? 'of unknown version'}`;
}
