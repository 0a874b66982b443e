import { serve } from '/page.mjs';
import { connectBy, Signaling } from '/signaling.mjs';

serve({ client: { name: 'right', version: '1.2.3' }, connect: connectBy(Signaling) });
