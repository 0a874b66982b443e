import { ClientEnded } from '../kit/core/target';
import { fromCommand } from './from-command';
import { MainThread } from './main-thread';
import { Recorder } from './testing/recorder';

function thread() {
  const told: object[] = [];
  const subject = new MainThread((order) => told.push(order));
  return { subject, told };
}

it('is held once the adapter says so, and the proof is that it was let go by nobody else', async () => {
  const { subject, told } = thread();
  const holding = subject.hold();
  subject.hear({ id: 7, state: 'held', confirmed: true });
  subject.hear({ id: 1, state: 'held', confirmed: true });
  const frozen = await holding;
  const thawing = frozen.thaw();
  subject.hear({ id: 1, state: 'released', confirmed: true });
  expect(await thawing).toEqual({
    frozenAtNs: expect.any(Number),
    thawedAtNs: expect.any(Number),
    processes: 1,
    threads: 1,
    how: 'main-thread',
    confirmed: true,
  });
  expect(told).toEqual([
    { op: 'hold', id: 1 },
    { op: 'release', id: 1 },
  ]);
});

it('is not held where it goes on before it was told to, and is let go', async () => {
  const { subject, told } = thread();
  const holding = subject.hold();
  subject.hear({ id: 1, state: 'released', confirmed: false, reason: 'no such thread' });
  await expect(holding).rejects.toThrow('no such thread');
  expect(told).toEqual([
    { op: 'hold', id: 1 },
    { op: 'release', id: 1 },
  ]);
});

it('is no freeze where the adapter saw it move', async () => {
  const { subject } = thread();
  const holding = subject.hold();
  subject.hear({ id: 1, state: 'held', confirmed: true });
  const thawing = (await holding).thaw();
  subject.hear({ id: 1, state: 'released', confirmed: false, reason: '2 handlers ran' });
  expect(await thawing).toMatchObject({ confirmed: false, reason: '2 handlers ran' });
});

it('is no freeze where it went on by itself', async () => {
  const { subject } = thread();
  const holding = subject.hold();
  subject.hear({ id: 1, state: 'held', confirmed: true });
  const frozen = await holding;
  subject.hear({ id: 1, state: 'released', confirmed: true });
  expect(await frozen.thaw()).toMatchObject({ confirmed: false, reason: 'it went on by itself' });
});

it('stood still to its end where its adapter ended meanwhile, and cannot be held any more', async () => {
  const { subject, told } = thread();
  const holding = subject.hold();
  subject.hear({ id: 1, state: 'held', confirmed: true });
  const frozen = await holding;
  const thawing = frozen.thaw();
  subject.end();
  expect(await thawing).toMatchObject({ how: 'main-thread', confirmed: true });
  await expect(subject.hold()).rejects.toThrow(ClientEnded);
  expect(told).toHaveLength(2);
});

it('has ended where its adapter ends before it stands still, and is no freeze', async () => {
  const { subject } = thread();
  const holding = subject.hold();
  subject.end();
  await expect(holding).rejects.toThrow(ClientEnded);
});

it('is no freeze where it went on by itself before it ended', async () => {
  const { subject } = thread();
  const holding = subject.hold();
  subject.hear({ id: 1, state: 'held', confirmed: true });
  const frozen = await holding;
  subject.hear({ id: 1, state: 'released', confirmed: false, reason: 'the question that holds it was refused' });
  subject.end();
  expect(await frozen.thaw()).toMatchObject({ confirmed: false, reason: 'the question that holds it was refused' });
});

it('an adapter that does not list `hold` is refused where it would have to', async () => {
  const hello = { event: 'hello', protocol: 1, client: { name: 'c', version: '1' } };
  const program = `console.log('${JSON.stringify(hello)}');
    process.stdin.on('data', (text) => console.log(JSON.stringify({ event: 'pong', id: JSON.parse(text).id })));`;
  const target = fromCommand([process.execPath, '-e', program], { freeze: 'main-thread' });
  expect(target.spec).toMatch(/ --freeze main-thread$/);
  await expect(target.launch(new Recorder())).rejects.toThrow('its hello does not list `hold`');
});
