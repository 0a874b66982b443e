import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sweepEngine } from './sweep-engine';

let folder: string;
let server: Server | undefined;
let asked: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lastword-test-'));
  asked = [];
});

afterEach(() => {
  server?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** An engine that answers what is asked of it. */
async function engine(answers: Readonly<Record<string, readonly [number, unknown]>>): Promise<{ socketPath: string }> {
  const socketPath = join(folder, 'engine.sock');
  server = createServer((request, response) => {
    const line = `${request.method} ${decodeURIComponent(request.url ?? '')}`;
    asked.push(line);
    const [status, body] = answers[line] ?? [204, ''];
    response.writeHead(status).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server?.listen(socketPath, resolve));
  return { socketPath };
}

const filters = 'filters={"label":["lastword.run=r1"]}';

test('containers, networks and volumes of the label go, and no others', async () => {
  const door = await engine({
    [`GET /containers/json?all=1&${filters}`]: [200, [{ Id: 'c1' }, { Id: 'c2' }]],
    [`GET /networks?${filters}`]: [200, [{ Id: 'n1' }]],
    [`GET /volumes?${filters}`]: [200, { Volumes: [{ Name: 'v1' }] }],
    'POST /containers/c1/unpause': [409, { message: 'Container c1 is not paused' }],
  });
  expect(await sweepEngine(door, 'lastword.run', 'r1')).toEqual({ containers: 2, networks: 1, volumes: 1 });
  expect(asked).toEqual([
    `GET /containers/json?all=1&${filters}`,
    'POST /containers/c1/unpause',
    'DELETE /containers/c1?force=1&v=1',
    'POST /containers/c2/unpause',
    'DELETE /containers/c2?force=1&v=1',
    `GET /networks?${filters}`,
    'DELETE /networks/n1',
    `GET /volumes?${filters}`,
    'DELETE /volumes/v1?force=1',
  ]);
});

test('what the engine does not remove is not counted', async () => {
  const door = await engine({
    [`GET /containers/json?all=1&${filters}`]: [200, [{ Id: 'c1' }]],
    'DELETE /containers/c1?force=1&v=1': [500, { message: 'no' }],
    [`GET /networks?${filters}`]: [200, []],
    [`GET /volumes?${filters}`]: [200, { Volumes: null }],
  });
  expect(await sweepEngine(door, 'lastword.run', 'r1')).toEqual({ containers: 0, networks: 0, volumes: 0 });
});

test('no engine is an error', async () => {
  await expect(sweepEngine({ socketPath: join(folder, 'none.sock') }, 'lastword.run', 'r1')).rejects.toThrow('ENOENT');
});
