/** What comes out of a page, whatever the channel and the page do: in order, whole, bounded, or told to be none of these. */
import type { RunCommand } from '../../kit/core/adapter-event';
import { Recorder } from '../testing/recorder';
import { fromPage } from './from-page';
import { PageChannel } from './page-channel';
import { PageSession } from './page-session';
import { FakePage } from './testing/fake-page';

const order: RunCommand = {
  trial: 't1',
  url: 'wss://localhost:1/t1',
  requires: [],
  subprotocols: [],
  deflate: false,
  reactions: [],
  deadlineMs: 1000,
};
const of = (event: string, fields: object = {}) => ({ trial: 't1', event, tNs: 5, ...fields });
const closed = of('close', { code: 1000, reason: '', wasClean: true });

let page: FakePage;
let recorder: Recorder;
let session: PageSession;
beforeEach(async () => {
  page = new FakePage();
  recorder = new Recorder();
  const channel = await PageChannel.open(page);
  session = new PageSession({ channel, reach: { pid: undefined, holder: undefined, plain: true }, listener: recorder });
  await session.run(order);
});
afterEach(() => session.close());

it('an order is told to the page, and its reports are those of the trial', () => {
  expect(page.orders).toEqual([`globalThis.lastwordPage.run(${JSON.stringify(order)})`]);
  page.tell(0, of('open', { protocol: '' }), of('message', { data: 'a' }), of('message', { base64: 'AP8=' }));
  page.tell(3, closed, of('done'));
  expect(recorder.events.map(({ entry }) => entry.tNs)).toEqual([5, 5, 5, 5, undefined]);
  expect(recorder.of('t1')).toEqual([
    { event: 'open', protocol: '' },
    { event: 'message', type: 'text', data: 'a' },
    {
      event: 'message',
      type: 'binary',
      length: 2,
      sha256: '06eb7d6a69ee19e5fbdf749018d3d2abfa04bcbd1365db312eb86dc7169389b8',
    },
    { event: 'close', code: 1000, reason: '', wasClean: true },
    { event: 'done' },
  ]);
});

it('reports that a channel has swapped or doubled are heard once, in the order of the page', () => {
  page.tell(2, closed, of('done'));
  page.tell(1, of('message', { data: 'a' }), closed);
  expect(recorder.events).toEqual([]);
  page.tell(0, of('open'));
  page.tell(0, of('open'));
  expect(recorder.namesOf('t1')).toEqual(['open', 'message', 'close', 'done']);
});

it('one that a channel has lost is told, as no fault of the client', async () => {
  page.tell(0, of('open'));
  page.told = 3;
  page.tell(2, closed);
  expect(recorder.namesOf('t1')).toEqual(['open']);
  expect(await session.ping(20)).toBe(false);
  expect(recorder.breaches).toEqual([expect.objectContaining({ kind: 'silent' })]);
});

it('a page that has told all answers a ping when all has come', async () => {
  page.told = 1;
  const ponged = session.ping(5000);
  page.tell(0, of('open'));
  expect(await ponged).toBe(true);
});

it.each([
  ['not JSON', 'nonsense'],
  ['nothing', undefined],
  ['of another document', JSON.stringify({ page: 'p0', first: 0, texts: [JSON.stringify(closed)] })],
  ['far ahead', JSON.stringify({ page: 'p1', first: 1e9, texts: ['{}'] })],
])('what anything else in the page may tell is nothing: %s', (_, payload) => {
  page.tellRaw(payload);
  page.tell(0, of('open'));
  expect(recorder.namesOf('t1')).toEqual(['open']);
  expect(recorder.breaches).toEqual([]);
});

it.each<[string, object, string, string]>([
  ['an event that there is not', of('gone'), 'unknown-event', '`event`: "gone"'],
  ['a code that is none', of('close', { code: 'x' }), 'malformed-line', '`code` of `close`'],
  ['no trial', { event: 'open' }, 'malformed-line', '{"event":"open"}'],
  ['bytes that are none', of('message', { base64: '?' }), 'malformed-line', '"base64":"?"'],
  ['text that hides itself', of('wrong', { message: '\u001b[2J' }), 'malformed-line', String.raw`\u{1b}[2J`],
])('a report that is none is a breach: %s', (_, report, kind, detail) => {
  page.tell(0, report);
  expect(recorder.breaches).toEqual([expect.objectContaining({ kind, detail: expect.stringContaining(detail) })]);
});

it('a flood is a breach, and nothing of it is kept', () => {
  const messages = Array.from({ length: 20_001 }, () => of('message', { data: 'a' }));
  page.tell(0, ...messages);
  expect(recorder.breaches).toEqual([expect.objectContaining({ kind: 'flood' })]);
  page.tell(20_001, closed);
  expect(recorder.namesOf('t1')).not.toContain('close');
});

it('an address that changes alone is the same document; another document is the end', async () => {
  page.emit('framenavigated', page);
  expect(await session.ping(1000)).toBe(true);
  page.id = 'p2';
  page.emit('framenavigated', {});
  page.emit('framenavigated', page);
  await recorder.until(() => recorder.exits.length > 0);
  expect(recorder.exits).toEqual([
    expect.objectContaining({ outside: 'the page was left for http://localhost/fake', byKit: false }),
  ]);
  page.emit('close');
  expect(recorder.exits).toHaveLength(1);
});

it('console and errors of the page are kept, escaped', () => {
  page.emit('console', { text: () => 'hello\u0007' });
  page.emit('pageerror', new Error('oh no'));
  expect(session.stderrTail()).toBe('console: hello\\u{7}\npage: Error: oh no\n');
});

it('a page is heard by the run that uses it now', async () => {
  page.told = 1;
  page.tell(0, of('open'));
  await session.close();
  const channel = await PageChannel.open(page);
  const later = new Recorder();
  const parts = { channel, reach: { pid: undefined, holder: undefined, plain: false }, listener: later };
  const next = new PageSession(parts);
  expect(next.hello.features).not.toContain('ws');
  await next.run({ ...order, trial: 't2' });
  page.tell(1, of('message', { data: 'late' }), { ...of('open'), trial: 't2' });
  expect(later.events.map(({ trial, entry }) => [trial, entry.event])).toEqual([['t2', 'open']]);
});

it.each<[string, () => void]>([
  ['one after the other', () => page.tell(1, of('message', { data: 'late' }), of('done'))],
  [
    'the later one first',
    () => {
      page.tell(2, of('done'));
      page.tell(1, of('message', { data: 'late' }));
    },
  ],
])('what a page tells while the next run greets it is missed by nobody: %s', async (_, tellLate) => {
  page.told = 1;
  page.tell(0, of('open'));
  page.onGreeted = () => {
    tellLate();
    page.told = 3;
  };
  const channel = await PageChannel.open(page);
  expect(await channel.ask(5000)).toBe('complete');
  const onReport = jest.fn();
  channel.listeners.add({ onReport, onLoss: () => undefined });
  page.tell(3, { ...of('open'), trial: 't2' });
  expect(onReport.mock.calls).toEqual([[JSON.stringify({ ...of('open'), trial: 't2' })]]);
});

it('what waits for a report that never came is heard by the next run when it comes to that', async () => {
  page.told = 1;
  page.tell(2, of('message', { data: 'swapped' }));
  const channel = await PageChannel.open(page);
  page.told = 3;
  page.tell(1, of('open'));
  expect(await channel.ask(5000)).toBe('complete');
});

it('a page that could not be listened to is listened to when it is opened again', async () => {
  page = new FakePage();
  page.deafFor = 1;
  await expect(PageChannel.open(page)).rejects.toThrow('it is on its way');
  const channel = await PageChannel.open(page);
  page.told = 1;
  page.tell(0, of('open'));
  expect(await channel.ask(5000)).toBe('complete');
});

it('what `serve` was given wrongly is named', async () => {
  page.hello = { client: { name: 'fake' }, model: 'mine' };
  const channel = await PageChannel.open(page);
  const reach = { pid: undefined, holder: undefined, plain: true };
  expect(() => new PageSession({ channel, reach, listener: recorder })).toThrow(
    /^what `serve` of the page was given cannot be used: `client.version` of `hello`/,
  );
});

it('`fromPage` takes a page, or a function that gives one, and nothing else', async () => {
  expect(() => fromPage({} as never)).toThrow(/^`fromPage` expected a page of Playwright or Puppeteer/);
  const broken = fromPage(() => Promise.reject(new Error('net::ERR_CONNECTION_REFUSED at http://localhost:5173')));
  await expect(broken.launch(recorder)).rejects.toThrow(
    'the page could not be opened: Error: net::ERR_CONNECTION_REFUSED',
  );
  await expect(fromPage(() => 'page' as never).launch(recorder)).rejects.toThrow('returned no page of Playwright');
});
