const { describeConformance } = require('lastword/jest');
const { containerEndpoint } = require('lastword/containers');

describeConformance('ws', { profile: 'smoke', endpoint: containerEndpoint() });
