import { record } from './jest';
import { failure, headline } from './testing/failure';
import { doubled, late, lost, reordered, silent, unwitnessed } from './testing/faults';
import { observe, observedCase, observedRun } from './testing/observe';
import { makeSocket, say } from './testing/socket';

const unclear =
  'No statement: the trial is inconclusive (unwitnessed, row 12): B was not acknowledged by the client’s machine';

/** A recorded connection that reported these texts and closed. */
function heard(...texts: readonly string[]) {
  const socket = makeSocket();
  const connection = record(socket, { nowNs: () => 0 });
  say.open(socket);
  for (const text of texts) say.message(socket, text);
  say.close(socket);
  return connection;
}

describe('toReceiveInOrder', () => {
  it('holds where the messages came in this order, whatever came between', async () => {
    await expect(observe()).toReceiveInOrder(['A', 'B']);
    await expect(heard('1', '2', '3')).toReceiveInOrder(['1', '3']);
    await expect(heard('1', '2', '3')).toReceiveInOrder([expect.any(String), '2', expect.stringMatching('3')]);
    await expect(observe()).not.toReceiveInOrder(['B', 'A']);
  });

  it('fails where they came in another, by the log alone', async () => {
    const text = await failure(() => expect(observe(reordered)).toReceiveInOrder(['A', 'B']));
    expect(text).toMatch(
      /^B was reported, but not behind A\n\nawait expect\(trial\)\.toReceiveInOrder\(\["A", "B"\]\)/,
    );
    expect(text).toContain('Expected   "A", then "B", before the close');
    expect(text).toContain('Judged     reordered, row 10 of the decision table: delivered in the order B, A');
    expect(await headline(() => expect(heard('2', '1')).toReceiveInOrder(['1', '2']))).toBe(
      '"2" was reported, but not behind "1"',
    );
  });

  it('fails where one is missing, or came behind the close', async () => {
    expect(await headline(() => expect(observe(lost)).toReceiveInOrder(['A', 'B']))).toBe(
      'B was never reported, although it had reached the client (W2)',
    );
    expect(await headline(() => expect(observe(late)).toReceiveInOrder(['A', 'B']))).toBe(
      'B was reported, but after the close',
    );
    await expect(observe(lost)).not.toReceiveInOrder(['A', 'B']);
  });

  it('fails under `.not` where they came in this order', async () => {
    expect(await headline(() => expect(observe()).not.toReceiveInOrder(['A', 'B']))).toBe(
      'The messages were reported in this order',
    );
  });

  it('fails both forms where the trial is inconclusive', async () => {
    expect(await headline(() => expect(observe(unwitnessed)).toReceiveInOrder(['A', 'B']))).toBe(unclear);
    expect(await headline(() => expect(observe(unwitnessed)).not.toReceiveInOrder(['A', 'B']))).toBe(unclear);
  });

  it('needs a list of two', async () => {
    expect(await headline(() => expect(observe()).toReceiveInOrder(['A']))).toBe(
      "toReceiveInOrder: takes a list of at least two messages, and not a list of 1. Write `toReceiveInOrder(['first', 'second'])`; for one message there is `toReceiveBeforeClose`.",
    );
    expect(await headline(() => expect(observe()).toReceiveInOrder('A' as never))).toContain('and not "A".');
  });
});

describe('toReceiveExactlyOnce', () => {
  it('holds where the message came once', async () => {
    await expect(observe()).toReceiveExactlyOnce('A');
    await expect(heard('1', '2')).toReceiveExactlyOnce('2');
    await expect(heard('1')).not.toReceiveExactlyOnce('2');
    await expect(observe(doubled)).not.toReceiveExactlyOnce('A');
  });

  it('fails where it came again, where it did not come, and under `.not` where it came once', async () => {
    expect(await headline(() => expect(observe(doubled)).toReceiveExactlyOnce('A'))).toBe('A was reported 2 times');
    expect(await headline(() => expect(observe(lost)).toReceiveExactlyOnce('B'))).toBe(
      'B was never reported, although it had reached the client (W2)',
    );
    expect(await headline(() => expect(observe()).not.toReceiveExactlyOnce('A'))).toBe('A was reported exactly once');
    expect(await headline(() => expect(heard('1', '1', '1')).toReceiveExactlyOnce('1'))).toBe(
      '"1" was reported 3 times',
    );
  });

  it('fails both forms where the trial is inconclusive', async () => {
    expect(await headline(() => expect(observe(unwitnessed)).toReceiveExactlyOnce('B'))).toBe(unclear);
    expect(await headline(() => expect(observe(unwitnessed)).not.toReceiveExactlyOnce('B'))).toBe(unclear);
  });
});

describe('toReceiveNothing', () => {
  it('holds where no message came, and fails with the first that did', async () => {
    await expect(observe(silent)).toReceiveNothing();
    await expect(observe()).not.toReceiveNothing();
    await expect(heard()).toReceiveNothing();
    await expect(heard('1')).not.toReceiveNothing();
    expect(await headline(() => expect(observe()).toReceiveNothing())).toBe(
      'A message was reported: A (text, 1024 B) and 1 more',
    );
    expect(await headline(() => expect(heard('1')).toReceiveNothing())).toBe('A message was reported: "1" (text, 1 B)');
    expect(await headline(() => expect(observe(silent)).not.toReceiveNothing())).toBe('No message was reported');
  });

  it('holds for a connection that stays open and silent for the time', async () => {
    await expect(record(makeSocket())).toReceiveNothing({ withinMs: 20 });
    expect(await headline(() => expect(record(makeSocket())).not.toReceiveNothing({ withinMs: 20 }))).toBe(
      'No message was reported within 20 ms',
    );
  });

  it('fails both forms where the trial is inconclusive', async () => {
    expect(await headline(() => expect(observe(unwitnessed)).toReceiveNothing())).toBe(unclear);
    expect(await headline(() => expect(observe(unwitnessed)).not.toReceiveNothing())).toBe(unclear);
  });
});

describe('toReceiveNothingAfterClose', () => {
  it('holds where the close was the last word', async () => {
    await expect(observe()).toReceiveNothingAfterClose();
    await expect(heard('1')).toReceiveNothingAfterClose();
    await expect(observe(late)).not.toReceiveNothingAfterClose();
  });

  it('fails where a message came behind it, within the time that it is watched', async () => {
    const text = await failure(() => expect(observe(late)).toReceiveNothingAfterClose());
    expect(text).toMatch(/^A message was reported after the close: B \(text, 57 B\)\n/);
    expect(text).toContain('Clause     RFC 6455 §1.4, RFC 6455 §7.1.1, WHATWG WebSockets §4');
    const socket = makeSocket();
    const connection = record(socket);
    say.close(socket);
    const waiting = headline(() => expect(connection).toReceiveNothingAfterClose());
    say.message(socket, 'late');
    expect(await waiting).toBe('A message was reported after the close: "late" (text, 4 B)');
    await expect(connection).not.toReceiveNothingAfterClose();
  });

  it('fails under `.not` where nothing came behind it', async () => {
    expect(await headline(() => expect(heard('1')).not.toReceiveNothingAfterClose())).toBe(
      'Nothing was reported after the close',
    );
  });

  it('fails both forms where the connection is open, or the trial inconclusive', async () => {
    const open = /^No statement: the connection was still open after 20 ms/;
    const connection = record(makeSocket());
    expect(await headline(() => expect(connection).toReceiveNothingAfterClose({ withinMs: 20 }))).toMatch(open);
    expect(await headline(() => expect(connection).not.toReceiveNothingAfterClose({ withinMs: 20 }))).toMatch(open);
    expect(await headline(() => expect(observe(unwitnessed)).toReceiveNothingAfterClose())).toBe(unclear);
    expect(await headline(() => expect(observe(unwitnessed)).not.toReceiveNothingAfterClose())).toBe(unclear);
  });
});

describe('toOpenBeforeMessages', () => {
  const early = observe({ log: observe(lost).trial.log.toReversed() });

  it('holds where the open was reported first', async () => {
    await expect(observe()).toOpenBeforeMessages();
    await expect(heard('1')).toOpenBeforeMessages();
    expect(await headline(() => expect(observe()).not.toOpenBeforeMessages())).toBe('The open was reported first');
  });

  it('fails where a message came before it', async () => {
    const socket = makeSocket();
    const connection = record(socket);
    say.message(socket, '1');
    say.open(socket);
    expect(await headline(() => expect(connection).toOpenBeforeMessages())).toBe(
      '"1" (text, 1 B) was reported before the open',
    );
    await expect(connection).not.toOpenBeforeMessages();
    expect(early.judgement.main.outcome).not.toBe('pass');
  });

  it('fails both forms where it was recorded too late, or where nothing came at all', async () => {
    const tooLate = 'No statement: it was open when it was recorded: call `record(socket)` before the connection opens';
    expect(await headline(() => expect(record(makeSocket(1))).toOpenBeforeMessages())).toBe(tooLate);
    expect(await headline(() => expect(record(makeSocket(1))).not.toOpenBeforeMessages())).toBe(tooLate);
    const socket = makeSocket();
    const connection = record(socket);
    say.close(socket, 1006);
    const neither = 'No statement: neither an open nor a message was reported';
    expect(await headline(() => expect(connection).toOpenBeforeMessages())).toBe(neither);
    expect(await headline(() => expect(connection).not.toOpenBeforeMessages())).toBe(neither);
    expect(await headline(() => expect(observe(unwitnessed)).not.toOpenBeforeMessages())).toBe(unclear);
  });
});

describe('every one of these', () => {
  it('is asked of each trial of a case', async () => {
    const kase = observedCase([observe(), observe(late)]);
    expect(await headline(() => expect(kase).toReceiveNothingAfterClose())).toBe(
      'In 1 of 2 trials of freeze/answer-fin@tls13: a message was reported after the close: B (text, 57 B)',
    );
    await expect(observedCase([observe(), observe()])).toReceiveExactlyOnce('A');
  });

  it('refuses a run, and says to ask a case of it', async () => {
    expect(await headline(() => expect(observedRun([]) as never).toReceiveNothing())).toBe(
      'toReceiveNothing: takes a recorded connection (`record(socket)`), a trial or a case, and not a run. Ask one case of it: `run.cases.find((each) => each.report.id === …)`.',
    );
  });
});
