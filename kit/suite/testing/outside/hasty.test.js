const { describeConformance } = require('lastword/jest');
const { fromFunction } = require('lastword/targets');
const { HastyClient } = require('./hasty-client.cjs');

const hasty = fromFunction(({ url, ca }) => new HastyClient(url, ca), { name: 'hasty' });
describeConformance(hasty, { cases: ['freeze/answer-fin'], tls: ['1.2', '1.3'], trials: 4 });
