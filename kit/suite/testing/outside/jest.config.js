module.exports = {
  reporters: ['default', ['lastword/jest-reporter', { outputFolder: 'lastword-report' }]],
};
