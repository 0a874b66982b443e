/** A correct client that pings of its own accord, thrice behind every 12 ms in which its thread was busy with other work. */
import { loadPackage } from '../../targets/adapter-kit/load-package.mjs';
import { everyFeature, serve } from '../../targets/adapter-kit/serve.mjs';

const { module: WebSocket } = loadPackage('ws');
const busyMs = 12;

function work() {
  for (const untilMs = performance.now() + busyMs; performance.now() < untilMs;);
}

serve({
  client: { name: 'busy', version: '1' },
  observes: ['code', 'reason', 'error'],
  features: everyFeature.filter((feature) => feature !== 'deflate' && feature !== 'subprotocol'),
  connect({ url, ca }, on) {
    const socket = new WebSocket(url, { ca, perMessageDeflate: false });
    let turns;
    socket.on('open', () => {
      on.open(socket.protocol);
      turns = setInterval(() => {
        work();
        for (const text of ['x', 'y', 'z']) if (socket.readyState === WebSocket.OPEN) socket.ping(text);
      }, 1);
    });
    socket.on('message', (data, isBinary) => on.message(isBinary === false ? data.toString() : data));
    socket.on('error', (error) => on.error(error));
    socket.on('close', (code, reason) => {
      clearInterval(turns);
      on.close({ code, reason: String(reason) });
    });
    return {
      send: (data) => socket.send(data),
      close: (code, reason) => socket.close(code, reason),
      terminate: () => socket.terminate(),
    };
  },
});
