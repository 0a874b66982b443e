/** The `ws` client, and for one trial, whose number is in CLOSES_AGAIN, a second close when the process ends. */
import { WebSocket } from 'ws';
import { serve } from '../adapter-kit/serve.mjs';

let closeAgain = () => undefined;
process.stdin.on('end', () => closeAgain());

serve({
  client: { name: 'closes-again', version: '1' },
  observes: ['code', 'reason'],
  features: ['wss', 'ws', 'tls1.2', 'tls1.3', 'react-send'],
  connect({ url, ca }, on) {
    const socket = new WebSocket(url, { ...(ca ? { ca } : {}), perMessageDeflate: false });
    socket.on('open', () => on.open());
    socket.on('message', (data, isBinary) => on.message(isBinary ? data : new TextDecoder().decode(data)));
    socket.on('error', (error) => on.error(error));
    socket.on('close', (code, reason) => {
      on.close({ code, reason: String(reason) });
      if (!new URL(url).pathname.startsWith(`/${process.env.CLOSES_AGAIN}-`)) return;
      closeAgain = () => on.close({ code, reason: String(reason) });
    });
    return {
      socket,
      send: (data) => socket.send(data),
      close: (code, reason) => socket.close(code, reason),
      terminate: () => socket.terminate(),
    };
  },
});
