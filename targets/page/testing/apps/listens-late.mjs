/** Waits for something else when the connection has opened, and only then listens and calls itself open. */
import { serve } from '/page.mjs';
import { connectBy, Signaling } from '/signaling.mjs';

class Late extends Signaling {
  constructor(url) {
    super(url);
    this.socket.onmessage = null;
    this.socket.onopen = () => {
      setTimeout(() => {
        this.socket.onmessage = ({ data }) => this.onmessage(data);
        this.onopen();
      }, 50);
    };
  }
}

serve({ client: { name: 'listens-late' }, connect: connectBy(Late) });
