import { serve, type PageConnection } from 'lastword/page';
import { fromPage } from 'lastword/targets';
import type { Page } from 'playwright-core';

declare const page: Page;

export const targets = [fromPage(page), fromPage(() => Promise.resolve(page), { name: 'app' })];
// @ts-expect-error -- a browser is no page
fromPage({ newPage: () => page });

serve({ client: { name: 'app' }, connect: ({ url, subprotocols }) => new WebSocket(url, subprotocols) });
serve({
  client: { name: 'app', version: '1.0.0' },
  habits: ['reconnects'],
  model: 'whatwg',
  observes: ['code'],
  async connect({ url, on, offer }): Promise<PageConnection> {
    const socket = new WebSocket(url);
    socket.onopen = () => {
      on.open(socket.protocol);
      if (offer !== undefined) socket.send(offer);
    };
    socket.onmessage = ({ data }) => on.message(data);
    socket.onclose = (event) => on.close(event);
    return { send: (data) => socket.send(data), close: (code, reason) => socket.close(code, reason) };
  },
});
// @ts-expect-error -- there is no such habit
serve({ client: { name: 'app' }, habits: ['sleeps'], connect: ({ url }) => new WebSocket(url) });
// @ts-expect-error -- it has to be returned
serve({ client: { name: 'app' }, connect: ({ url }) => void new WebSocket(url) });
