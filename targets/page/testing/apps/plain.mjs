/** The page's own WebSocket, which the kit listens to and sends by. */
import { serve } from '/page.mjs';

serve({
  client: { name: 'plain' },
  model: 'whatwg',
  connect: ({ url, subprotocols }) => new WebSocket(url, subprotocols),
});
