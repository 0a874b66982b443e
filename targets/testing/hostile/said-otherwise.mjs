// A one-shot adapter of ws that says of itself what `OBSERVES` says, and always tells the code.
import { connect, greet } from './one-shot.mjs';

greet('said-otherwise', (process.env.OBSERVES ?? '').split(' ').filter(Boolean));
connect();
