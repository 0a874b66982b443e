/** Jest 30 through swc: tests lie beside the code. */
module.exports = {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/{kit,matchers,targets,containers,reports}/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '/testing/outside/'],
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2023', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
  testTimeout: 120000,
};
