/** Jest 30 through swc: tests lie beside the code. */
const module_ = { type: 'commonjs' };
/** As tsconfig.json says it: the pages of the HTML report. */
const transform = { react: { runtime: 'automatic', importSource: 'preact' } };

module.exports = {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/{kit,matchers,targets,containers,reports}/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '/testing/outside/'],
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  transform: {
    '\\.ts$': ['@swc/jest', { jsc: { target: 'es2023', parser: { syntax: 'typescript' } }, module: module_ }],
    '\\.tsx$': [
      '@swc/jest',
      { jsc: { target: 'es2023', parser: { syntax: 'typescript', tsx: true }, transform }, module: module_ },
    ],
  },
  testTimeout: 120000,
  maxConcurrency: 3,
};
