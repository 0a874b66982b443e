/** The control connection to a signaling server that dies, on sockets of this machine; no container. */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { StackControl } from './stack-control';

let server: Server;
let accepted: Promise<Socket>;

beforeEach(async () => {
  server = createServer();
  accepted = new Promise((resolve) => server.once('connection', resolve));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
});

afterEach(() => {
  server.close();
});

async function connected(): Promise<{ readonly control: StackControl; readonly socket: Socket }> {
  const { port } = server.address() as AddressInfo;
  const control = await StackControl.connect({ host: '127.0.0.1', port }, 'token');
  return { control, socket: await accepted };
}

test.each([
  ['a reset', (socket: Socket) => void socket.resetAndDestroy()],
  ['a FIN', (socket: Socket) => void socket.destroy()],
])('%s is the end of the server, and told to whoever asks', async (_, end) => {
  const { control, socket } = await connected();
  const lost = new Promise<Error>((resolve) => control.onLost(resolve));
  await new Promise((resolve) => socket.once('data', resolve));
  end(socket);
  expect((await lost).message).toBe('the signaling server in the container has ended');
  // What is said to one that has ended is heard by nobody.
  control.prepare({ trial: 't1', answer: '', hold: false });
  const late = new Promise<Error>((resolve) => control.onLost(resolve));
  expect((await late).message).toBe('the signaling server in the container has ended');
});
