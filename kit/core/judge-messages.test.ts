import { compareMessages } from './judge-messages';
import { makeMessage, sha256 } from './message';
import { done, line, opened } from './testing/build-trial';

const nonce = '0'.repeat(32);
const one = makeMessage('one', { kind: 'note', type: 'one' }, nonce);
const two = makeMessage('two', { kind: 'note', type: 'two' }, nonce);
const empty = makeMessage('empty', { kind: 'text', text: '', salted: false }, nonce);
const bytes = makeMessage('bytes', { kind: 'binary', bytes: 64 }, nonce);
const all = [one, two, empty, bytes];

const text = (data: string) => line(1, { event: 'message', type: 'text', data });
const digest = (type: 'text' | 'binary', payload: Buffer, as = sha256(payload)) =>
  line(1, { event: 'message', type, length: payload.length, sha256: as });
const hear = (...messages: ReturnType<typeof line>[]) => compareMessages([opened(0), ...messages, done(2)], all, all);

describe('the messages of a log', () => {
  it('are matched by type and content, whether they come as data or as a digest', () => {
    const heard = hear(
      text(one.payload.toString()),
      digest('text', two.payload, sha256(two.payload).toUpperCase()),
      text(''),
      digest('binary', bytes.payload),
    );
    expect(heard.delivered.map((each) => [each.name, each.index])).toEqual([
      ['one', 1],
      ['two', 2],
      ['empty', 3],
      ['bytes', 4],
    ]);
    expect(heard).toMatchObject({ missing: [], duplicated: [], forbidden: [], strange: [], isOutOfOrder: false });
  });

  it('that are equal are counted', () => {
    const thrice = [one, one, one];
    const said = text(one.payload.toString());
    expect(compareMessages([said, said], thrice, all).missing).toEqual(['one']);
    expect(compareMessages([said, said, said, said], thrice, all).duplicated).toMatchObject([
      { name: 'one', index: 3 },
    ]);
  });

  it('that are missing are named in the order in which they were sent', () => {
    expect(hear(text(two.payload.toString())).missing).toEqual(['one', 'empty', 'bytes']);
  });

  it('that came in another order are told', () => {
    expect(hear(text(two.payload.toString()), text(one.payload.toString())).isOutOfOrder).toBe(true);
  });

  it('that are of the case and not expected are forbidden', () => {
    expect(compareMessages([text(two.payload.toString())], [one], all).forbidden).toMatchObject([{ name: 'two' }]);
  });

  it.each([
    ['nothing that was sent', text('hello'), 'text of 5 bytes'],
    ['a part', text(one.payload.toString().slice(5, 30)), 'text of 25 bytes, a part of one'],
    ['more', text(`${one.payload.toString()}x`), `text of ${one.payload.length + 1} bytes, more than one`],
    [
      'another type',
      line(1, { event: 'message', type: 'binary', data: one.payload.toString() }),
      `binary of ${one.payload.length} bytes, one with the wrong type`,
    ],
    ['another connection’s', text(`{"nonce":"${'1'.repeat(32)}"}`), 'text of 44 bytes, of another connection'],
    ['a digest of something else', digest('binary', Buffer.alloc(9)), 'binary of 9 bytes'],
  ])('that look like %s are described', (_, entry, what) => {
    expect(compareMessages([entry], [one], [one]).strange).toEqual([{ index: 0, what }]);
  });
});
