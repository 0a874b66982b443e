const { describeConformance } = require('lastword/jest');
const { fromImage } = require('lastword/targets');

describeConformance(fromImage('my-client:1', { memory: '512m', env: { LOG: 'debug' } }));
