/** The global WebSocket of Node 26. */
import { serveNodeGlobal } from '../adapter-kit/node-global.mjs';

serveNodeGlobal();
