/** What waits to be handed on is forgotten when the connection closes. */
import { serve } from '/page.mjs';
import { connectBy, Signaling } from '/signaling.mjs';

class Forgetful extends Signaling {
  constructor(url) {
    super(url);
    const waiting = [];
    const handOn = () => waiting.length > 0 && this.onmessage(waiting.shift());
    this.socket.onmessage = ({ data }) => {
      waiting.push(data);
      setTimeout(handOn, 20);
    };
    this.socket.onclose = (event) => {
      waiting.length = 0;
      this.onclose(event);
    };
  }
}

serve({ client: { name: 'forgets' }, connect: connectBy(Forgetful) });
