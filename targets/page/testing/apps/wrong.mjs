/** Every way of not giving the kit what it needs, by the name in the address. */
import { serve } from '/page.mjs';

const ways = {
  nothing: ({ url }) => void new WebSocket(url),
  deaf: ({ url }) => {
    const socket = new WebSocket(url);
    return { send: (data) => socket.send(data), close: () => socket.close() };
  },
  open: async ({ url }) => {
    const socket = new WebSocket(url);
    await new Promise((resolve) => {
      socket.onopen = resolve;
    });
    return socket;
  },
  parsed: ({ url, on }) => {
    const socket = new WebSocket(url);
    socket.onopen = () => on.open();
    socket.onmessage = () => on.message({ type: 'answer' });
    return socket;
  },
  throws: () => {
    throw new Error('no network today');
  },
};

serve({ client: { name: 'wrong' }, connect: ways[location.search.slice(1)] });
