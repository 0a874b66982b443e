/** The global WebSocket of Node 24. */
import { serveNodeGlobal } from '../adapter-kit/node-global.mjs';

serveNodeGlobal();
