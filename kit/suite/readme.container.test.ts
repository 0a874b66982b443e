/** The README's examples with containers, in a project of somebody else. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { docker, withDocker } from '../../containers/testing/docker-gate';
import { buildTestImage } from '../../targets/container/testing/test-image';
import { link, newProject, type Ended } from './testing/project';

const root = join(__dirname, '../..');
const jestProgram = [process.execPath, join(root, 'node_modules/jest/bin/jest.js')];

async function run(name: string, ...args: readonly string[]): Promise<Ended> {
  using project = newProject();
  link(project, root, ['ws', '@jest']);
  project.write({
    'package.json': '{ "name": "somebody" }',
    'jest.config.js': "module.exports = { testEnvironment: 'node', transform: {} };",
    [name]: readFileSync(join(__dirname, 'testing/outside', name), 'utf8'),
  });
  return await project.run([...jestProgram, '--verbose', ...args]);
}

withDocker('a suite with its endpoint in a container', async () => {
  const { status, output } = await run('container.test.js', '-t', 'freeze/answer-fin');
  expect(output).toContain('✓ freeze/answer-fin: Frozen form of the motivating bug');
  expect(status).toBe(0);
});

withDocker('a suite for a client that is an image', async () => {
  const image = await buildTestImage();
  docker('tag', image.name, 'my-client:1');
  try {
    const { status, output } = await run('image.test.js', '-t', 'freeze/answer-fin');
    expect(output).toContain('✓ freeze/answer-fin: Frozen form of the motivating bug');
    expect(status).toBe(0);
  } finally {
    docker('image', 'rm', 'my-client:1');
    image.remove();
  }
});

withDocker('several runs against one container', async () => {
  const { status, output } = await run('testcontainers.test.js');
  expect(output).toContain('✓ several runs against one container');
  expect(status).toBe(0);
});
