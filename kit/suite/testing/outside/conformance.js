import { serve } from 'lastword/page';
import { Signaling } from './signaling.js';

serve({
  client: { name: 'my app', version: '1.0.0' },
  habits: ['reconnects'],
  connect({ url, on }) {
    const signaling = new Signaling(url);
    signaling.onopen = () => on.open();
    signaling.onmessage = (text) => on.message(text);
    signaling.onclose = (event) => on.close(event);
    return {
      send: (data) => signaling.send(data),
      close: (code, reason) => signaling.close(code, reason),
      abort: () => signaling.destroy(),
    };
  },
});
