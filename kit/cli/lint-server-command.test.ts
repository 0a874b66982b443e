/** `lastword lint-server` as a user starts it; `npm run build` comes first. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocketServer } from 'ws';
import { makeCertificates } from '../io/certificates';
import { startKit, type EndedKit } from './testing/start-kit';

let folder: string;
let server: Server;
let url: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lastword-test-'));
  const { caPem, leafPem, leafKeyPem } = await makeCertificates(new Date());
  writeFileSync(join(folder, 'ca.pem'), caPem);
  server = createServer({ cert: leafPem, key: leafKeyPem });
  new WebSocketServer({ server }).on('connection', (socket, request) => {
    socket.on('error', () => undefined);
    socket.on('message', () => {
      if (request.url === '/silent') return;
      socket.send(`the token was ${request.headers.authorization ?? 'none'}`, () => socket.terminate());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const address = server.address();
  url = `wss://localhost:${typeof address === 'object' ? address?.port : 0}`;
});

afterAll(() => {
  server.close();
  server.closeAllConnections();
  rmSync(folder, { recursive: true, force: true });
});

const lint = (...words: readonly string[]): Promise<EndedKit> => startKit(folder, ['lint-server', ...words]).ended;

test('says what a server does and what to do about it, and judges nobody', async () => {
  const { status, stdout, stderr } = await lint(`${url}/`, '--ca', 'ca.pem', '--times', '1');
  expect(stderr).toBe('');
  expect(stdout).toMatch(/answer \(\d+ B\) [\d.]+ ms behind the offer, no close_notify, FIN [\d.]+ ms later/);
  expect(stdout).toContain('loses     TCP ended');
  expect(stdout).toContain('Remedy: Send a Close, wait for the client’s echo');
  expect(status).toBe(0);
});

test('gives programs everything as JSON, and the server the header fields that it asks for', async () => {
  const header = ['--header', 'Authorization: Bearer abc'];
  const { status, stdout } = await lint(
    `${url}/`,
    '--ca',
    'ca.pem',
    '--times',
    '1',
    '--tls',
    '1.2',
    '--json',
    ...header,
  );
  const said: unknown = JSON.parse(stdout);
  expect(said).toMatchObject({
    schema: 'lastword/server/1',
    habits: [{ habit: 'fin-behind-answer' }, {}, {}, { habit: 'no-close-notify', clauses: ['RFC 5246 §7.2.1'] }, {}],
    recordings: [{ mode: 'prompt', tls: { version: 'TLSv1.2' } }, {}, {}, {}],
  });
  expect(stdout).toContain('the token was Bearer abc');
  expect(status).toBe(0);
});

test.each([
  [['nonsense'], 'is no URL'],
  [['https://localhost/'], 'begins with wss: or ws:'],
  [['ws://127.0.0.1:1/'], 'nothing listens there'],
  [['ws://127.0.0.1:1/', '--ca', 'missing.pem'], '`--ca missing.pem` cannot be read'],
  [['ws://127.0.0.1:1/', '--header', 'no colon'], '`--header` expects "Name: value"'],
  [['ws://127.0.0.1:1/', '--times', '0'], '`--times` expects a whole number'],
])('refuses %j with 2 and says why', async (words, why) => {
  const { status, stderr } = await lint(...words);
  expect(stderr).toContain(why);
  expect(status).toBe(2);
});

test('refuses a certificate that is not trusted, and a server that never answers, with 2', async () => {
  const untrusted = await lint(`${url}/`);
  expect(untrusted.stderr).toMatch(/certificate is not trusted .* `--ca FILE`/);
  expect(untrusted.status).toBe(2);
  const silent = await lint(`${url}/silent`, '--ca', 'ca.pem');
  expect(silent.stderr).toContain('name a message that it answers by `--offer TEXT`');
  expect(silent.status).toBe(2);
});
