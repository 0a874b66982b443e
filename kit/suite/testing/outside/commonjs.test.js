const { describeConformance } = require('lastword/jest');
const { fromFunction } = require('lastword/targets');
const { WebSocket } = require('ws');

// A client in this process: make the socket and return it. The kit listens to it, and sends what a case wants sent.
const mine = fromFunction(({ url, ca }) => new WebSocket(url, { ca }), { name: 'my client' });
describeConformance(mine, { profile: 'smoke' });

// A built-in client, at its pinned version or at another: 'ws@8.18.0'.
describeConformance('ws', { profile: 'smoke' });
