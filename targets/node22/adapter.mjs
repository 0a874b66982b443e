/** The global WebSocket of Node 22. */
import { serveNodeGlobal } from '../adapter-kit/node-global.mjs';

serveNodeGlobal();
