import { line, opened, said, wire } from '../kit/core/testing/build-trial';
import { record } from './jest';
import { failure, headline } from './testing/failure';
import { frozenLoss, hung, unwitnessed } from './testing/faults';
import { observe } from './testing/observe';
import { makeSocket, say } from './testing/socket';

const unclear =
  'No statement: the trial is inconclusive (unwitnessed, row 12): B was not acknowledged by the client’s machine';

function closed(code: number, reason = '', wasClean = true) {
  const socket = makeSocket();
  const connection = record(socket, { nowNs: () => 0 });
  say.close(socket, code, reason, wasClean);
  return connection;
}

describe('toCloseWith', () => {
  it('compares what it is given, and asymmetric matchers too', async () => {
    await expect(observe()).toCloseWith({ code: 1006, wasClean: false });
    await expect(closed(4001, 'bye')).toCloseWith({ code: 4001, reason: 'bye', wasClean: true });
    await expect(closed(4001, 'bye')).toCloseWith({ reason: expect.stringMatching(/^b/) });
    await expect(closed(4001)).not.toCloseWith({ code: 1000 });
  });

  it('says all that is wrong', async () => {
    const text = await failure(() => expect(observe()).toCloseWith({ code: 1000, wasClean: true }));
    expect(text).toMatch(
      /^The code was 1006 and not 1000; wasClean was false and not true\n\nawait expect\(trial\)\.toCloseWith\(\{"code": 1000, "wasClean": true\}\)\n\nExpected {3}close with/,
    );
    expect(text).toContain('Clause     RFC 6455 §7.1.5, RFC 6455 §7.4.1');
  });

  it('fails under `.not` where it closed so', async () => {
    expect(await headline(() => expect(closed(1000)).not.toCloseWith({ code: 1000 }))).toBe(
      'The connection closed so: close 1000 clean',
    );
  });

  it('fails both forms where the API does not expose it, but that saying nothing is right for 1005 and 1006', async () => {
    const blind = observe({
      hello: { observes: [] },
      log: [
        opened(2),
        said(12, 'A'),
        said(12, 'B'),
        line(13, { event: 'close', code: null, reason: null, wasClean: null }),
        line(13, { event: 'done' }),
      ],
    });
    await expect(blind).toCloseWith({ code: 1006 });
    const why = 'No statement: the client’s API does not expose the code of a close';
    expect(await headline(() => expect(blind).toCloseWith({ code: 1000 }))).toBe(why);
    expect(await headline(() => expect(blind).not.toCloseWith({ code: 1000 }))).toBe(why);
    const wasClean = 'No statement: the client’s API does not expose wasClean of a close';
    expect(await headline(() => expect(blind).not.toCloseWith({ wasClean: true }))).toBe(wasClean);
  });

  it('takes an error in place of a close for 1006', async () => {
    const failed = observe({
      log: [
        opened(2),
        said(12, 'A'),
        said(12, 'B'),
        line(13, { event: 'error', message: 'reset' }),
        line(13, { event: 'done' }),
      ],
    });
    await expect(failed).toCloseWith({ code: 1006 });
    expect(await headline(() => expect(failed).toCloseWith({ code: 1000 }))).toMatch(
      /^No statement: the connection ended/,
    );
  });

  it('fails where no close was reported, and both forms where one may still come', async () => {
    expect(await headline(() => expect(observe(hung)).toCloseWith({ code: 1006 }))).toBe('No close was reported');
    const open = /^No statement: the connection was still open after 20 ms/;
    const connection = record(makeSocket());
    expect(await headline(() => expect(connection).toCloseWith({ code: 1000 }, { withinMs: 20 }))).toMatch(open);
    expect(await headline(() => expect(connection).not.toCloseWith({ code: 1000 }, { withinMs: 20 }))).toMatch(open);
    expect(await headline(() => expect(observe(unwitnessed)).toCloseWith({ code: 1006 }))).toBe(unclear);
    expect(await headline(() => expect(observe(unwitnessed)).not.toCloseWith({ code: 1000 }))).toBe(unclear);
  });

  it('says how to write it', async () => {
    const wrong = (close: unknown) => headline(() => expect(observe()).toCloseWith(close as never));
    expect(await wrong(1000)).toBe('toCloseWith: takes an object. Write `toCloseWith({ code: 1000 })`.');
    expect(await wrong({})).toMatch(/^toCloseWith: has nothing to compare\. Write `toCloseWith\(\{ code: 1000 \}\)`/);
    expect(await wrong({ status: 1 })).toMatch(/^toCloseWith: does not know "status"\./);
    expect(await wrong(null)).toMatch(/^toCloseWith: takes an object, and not null\./);
  });
});

describe('toCloseWithin', () => {
  it('counts from the end that the endpoint made, in a trial', async () => {
    await expect(observe()).toCloseWithin(3);
    expect(await headline(() => expect(observe()).toCloseWithin(2))).toBe(
      'The close was reported 3.0 ms behind the endpoint’s end, and not within 2 ms',
    );
    await expect(observe()).not.toCloseWithin(2);
    expect(await headline(() => expect(observe()).not.toCloseWithin(3))).toBe(
      'The close was reported 3.0 ms behind the endpoint’s end',
    );
  });

  it('counts from the thaw where the client was frozen, and from the client’s own end where that was first', async () => {
    await expect(observe(frozenLoss)).toCloseWithin(2);
    const own = observe({
      events: [wire(1, { kind: 'request' }), wire(2, { kind: 'offer' }), wire(12.5, { kind: 'client-fin' })],
    });
    expect(await headline(() => expect(own).not.toCloseWithin(1))).toContain('behind the client’s own end');
  });

  it('counts from the call on a recorded connection', async () => {
    const socket = makeSocket();
    const waiting = expect(record(socket)).toCloseWithin(1000);
    say.close(socket);
    await waiting;
    await expect(record(makeSocket())).not.toCloseWithin(20);
    expect(await headline(() => expect(record(makeSocket())).toCloseWithin(20))).toBe(
      'The connection was still open after 20 ms',
    );
    expect(await headline(() => expect(closed(1000)).not.toCloseWithin(20))).toBe('The connection has closed');
  });

  it('fails where none was reported, both forms where the trial is inconclusive, and without a time', async () => {
    expect(await headline(() => expect(observe(hung)).toCloseWithin(20))).toBe('No close was reported');
    expect(await headline(() => expect(observe(unwitnessed)).toCloseWithin(20))).toBe(unclear);
    expect(await headline(() => expect(observe(unwitnessed)).not.toCloseWithin(20))).toBe(unclear);
    expect(await headline(() => expect(observe()).toCloseWithin('20' as never))).toBe(
      'toCloseWithin: takes a positive number of milliseconds, and not "20". Write `toCloseWithin(1000)`.',
    );
  });
});

describe('toSettle', () => {
  it('holds where a close was reported, an error that ends it, or the process ended with status 0', async () => {
    await expect(observe()).toSettle();
    await expect(closed(1006)).toSettle();
    const exit = { code: 0, signal: null, atNs: 20e6, byKit: false };
    await expect(observe({ ...hung, adapter: { exit } })).toSettle();
    expect(await headline(() => expect(observe()).not.toSettle())).toBe('The close was reported');
  });

  it('fails where neither came', async () => {
    expect(await headline(() => expect(observe(hung)).toSettle())).toBe(
      'Neither a close nor an error that ends the connection was reported',
    );
    await expect(observe(hung)).not.toSettle();
    expect(await headline(() => expect(record(makeSocket())).toSettle({ withinMs: 20 }))).toBe(
      'The connection was still open after 20 ms',
    );
    await expect(record(makeSocket())).not.toSettle({ withinMs: 20 });
  });

  it('fails both forms where the trial is inconclusive', async () => {
    expect(await headline(() => expect(observe(unwitnessed)).toSettle())).toBe(unclear);
    expect(await headline(() => expect(observe(unwitnessed)).not.toSettle())).toBe(unclear);
  });
});
