import { message, O, record as oneRecord, RST, segment } from '../kit/core/notation';
import { passing, twoThenFin, wire } from '../kit/core/testing/build-trial';
import { record } from './jest';
import { failure, headline } from './testing/failure';
import { frozenLoss, inapplicable, late, lost, unwitnessed } from './testing/faults';
import { observe, observedCase } from './testing/observe';
import { makeSocket, say } from './testing/socket';

const long = 'x'.repeat(5000);

describe('of a trial', () => {
  it('holds where the message came before the close, by its name, as an object or by what it matches', async () => {
    const trial = observe();
    await expect(trial).toReceiveBeforeClose('B');
    await expect(trial).toReceiveBeforeClose({ type: 'bye', nonce: 'ab'.repeat(16) });
    await expect(trial).toReceiveBeforeClose(expect.objectContaining({ type: 'answer' }));
    await expect(trial).toReceiveBeforeClose(expect.stringMatching(/"type":"bye"/));
    await expect(trial).not.toReceiveBeforeClose('never sent');
    await expect(trial).not.toReceiveBeforeClose({ type: 'bye' });
  });

  it('fails with the clause, the layer, the row and the timeline where a witnessed message is missing', async () => {
    expect(await failure(() => expect(observe(frozenLoss)).toReceiveBeforeClose('B'))).toBe(
      `B was never reported, although it had reached the client (W2+)

await expect(trial).toReceiveBeforeClose("B")

Expected   "B" before the close
Received   open, A (text, 1024 B), close 1006 not clean
Clause     RFC 6455 §6.2, RFC 6455 §7.1.4, WHATWG WebSockets §4
Witness    W2+, acknowledged, and seen unread in the frozen client’s socket
Lost at    the TLS or WebSocket layer: no proof that the bytes were parsed
Judged     lost, row 13 of the decision table: B was never delivered although the client’s TCP
           had acknowledged it (W2+); the close was reported
Trial      test/two-fin@tls13, trial t of test

      ms       gap  wire  → to the client  ← from it         │ client
     1.0            ← request                                │
     1.5      +0.5  → response (122 B)                       │
     2.0      +0.5  ← offer                                  │
     2.0                                                     │ open
     8.0      +6.0  · client frozen                          │ ░░░ frozen ░░░░░░░░░░░░░░░░░░░
    10.0      +2.0  → A (1050 B), B (1050 B), FIN            │ ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░
    12.0      +2.0  · all acked                              │ ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░
    59.0     +47.0  · 1201 B unread                          │ ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░
    60.0      +1.0  · client thawed                          │
    61.0      +1.0                                           │ A (text, 1024 B)
    62.0      +1.0                                           │ close 1006 not clean
    70.0      +8.0  ← FIN                                    │`,
    );
    await expect(observe(frozenLoss)).not.toReceiveBeforeClose('B');
  });

  it('fails under `.not` where the message came', async () => {
    const text = await failure(() => expect(observe()).not.toReceiveBeforeClose('B'));
    expect(text).toContain('B was reported before the close\n\nawait expect(trial).not.toReceiveBeforeClose("B")');
    expect(text).toContain('Expected   not: "B" before the close');
  });

  it('fails where the message came behind the close, which needs no witness', async () => {
    expect(await headline(() => expect(observe(late)).toReceiveBeforeClose('B'))).toBe(
      'B was reported, but after the close',
    );
    await expect(observe(late)).not.toReceiveBeforeClose('B');
  });

  it('fails both forms where the trial says nothing of the client', async () => {
    const why =
      'No statement: the trial is inconclusive (unwitnessed, row 12): B was not acknowledged by the client’s machine';
    expect(await headline(() => expect(observe(unwitnessed)).toReceiveBeforeClose('B'))).toBe(why);
    expect(await headline(() => expect(observe(unwitnessed)).not.toReceiveBeforeClose('B'))).toBe(why);
    const not = 'No statement: the case does not apply (row 5): the client does not offer deflate';
    expect(await headline(() => expect(observe(inapplicable)).toReceiveBeforeClose('B'))).toBe(not);
    expect(await headline(() => expect(observe(inapplicable)).not.toReceiveBeforeClose('B'))).toBe(not);
  });

  it('says of a message that a reset may have flushed that this breaks no rule', async () => {
    const reset = observe({
      ...lost,
      kase: {
        ...twoThenFin,
        parts: twoThenFin.parts.map((part) => ({
          ...part,
          script: [O, segment(oneRecord(message('A'), message('B'))), RST],
        })),
      },
      events: [...passing.events.slice(0, 2), wire(12, { kind: 'reset-sent' })],
    });
    expect(await headline(() => expect(reset).toReceiveBeforeClose('B'))).toBe(
      'B was never reported, which breaks no rule here: not delivered after a reset drawn by the script; RFC 9293 §3.10.7.4 permits it',
    );
    await expect(reset).not.toReceiveBeforeClose('B');
  });

  it('says of a message that was never sent that it was never sent', async () => {
    expect(await headline(() => expect(observe()).toReceiveBeforeClose('C'))).toBe(
      '"C" was never reported; the endpoint never sent it: it sent A, B',
    );
  });

  it('knows no names where the observation has none, and takes the witness of the trial', async () => {
    const { messages: _, ...bare } = observe(lost);
    expect(await headline(() => expect(bare).toReceiveBeforeClose('B'))).toBe(
      '"B" was never reported, although it had reached the client (W2)',
    );
    const judgement = { ...bare.judgement, witness: 'w1' as const };
    const doubtful = { ...bare, judgement };
    const why = 'No statement: "B" was never reported, and nobody saw it reach the client (W1): that is no loss';
    expect(await headline(() => expect(doubtful).toReceiveBeforeClose('B'))).toBe(why);
    expect(await headline(() => expect(doubtful).not.toReceiveBeforeClose('B'))).toBe(why);
  });
});

describe('of a case', () => {
  it('is asked of every valid trial, and so is its negation', async () => {
    const mixed = observedCase([observe(), observe(lost), observe(lost), observe(unwitnessed), observe(), observe()]);
    expect(await headline(() => expect(mixed).toReceiveBeforeClose('B'))).toBe(
      'In 2 of 5 trials of freeze/answer-fin@tls13: B was never reported, although it had reached the client (W2)',
    );
    expect(await headline(() => expect(mixed).not.toReceiveBeforeClose('B'))).toBe(
      'In 3 of 5 trials of freeze/answer-fin@tls13: B was reported before the close',
    );
    await expect(observedCase([observe(), observe()])).toReceiveBeforeClose('B');
    await expect(observedCase([observe(lost), observe(lost)])).not.toReceiveBeforeClose('B');
  });

  it('fails both forms below four valid trials of five', async () => {
    const few = observedCase([observe(), observe(unwitnessed), observe(), observe()]);
    const why = /^No statement about freeze\/answer-fin@tls13: 3 of 4 trials say anything, for instance the trial is/;
    expect(await headline(() => expect(few).toReceiveBeforeClose('A'))).toMatch(why);
    expect(await headline(() => expect(few).not.toReceiveBeforeClose('A'))).toMatch(why);
    expect(await headline(() => expect(observedCase([])).not.toReceiveBeforeClose('A'))).toBe(
      'No statement about freeze/answer-fin@tls13: 0 of 0 trials say anything',
    );
  });
});

describe('of a recorded connection', () => {
  it('holds as soon as the message comes', async () => {
    const socket = makeSocket();
    const connection = record(socket);
    const waiting = expect(connection).toReceiveBeforeClose({ type: 'answer' });
    say.open(socket);
    say.message(socket, '{"type":"answer"}');
    await waiting;
  });

  it('fails as soon as the connection closes without it, and claims no loss', async () => {
    const socket = makeSocket();
    const connection = record(socket, { nowNs: () => 0 });
    say.open(socket);
    say.message(socket, 'one');
    say.close(socket, 1006, '', false);
    expect(await failure(() => expect(connection).toReceiveBeforeClose('two'))).toBe(
      `"two" was never reported

await expect(connection).toReceiveBeforeClose("two")

Expected   "two" before the close
Received   open, "one" (text, 3 B), close 1006 not clean
Clause     RFC 6455 §6.2, RFC 6455 §7.1.4, WHATWG WebSockets §4
Witness    none: the connection was only recorded, so nobody knows what reached the client

      ms       gap  │ client
     0.0            │ open, "one" (text, 3 B), close 1006 not clean`,
    );
    await expect(connection).not.toReceiveBeforeClose('two');
  });

  it('fails both forms where the connection is still open when the time is up', async () => {
    const connection = record(makeSocket());
    const why =
      'No statement: the connection was still open after 20 ms, so this cannot be told: end it in the test, or give `{ withinMs }` more';
    expect(await headline(() => expect(connection).toReceiveBeforeClose('x', { withinMs: 20 }))).toBe(why);
    expect(await headline(() => expect(connection).not.toReceiveBeforeClose('x', { withinMs: 20 }))).toBe(why);
  });

  it('compares text and bytes by their type as well', async () => {
    const socket = makeSocket();
    const connection = record(socket);
    say.message(socket, 'abc');
    say.message(socket, new Uint8Array([1, 2, 3]).buffer);
    say.message(socket, long);
    say.close(socket);
    await expect(connection).toReceiveBeforeClose('abc');
    await expect(connection).not.toReceiveBeforeClose(Buffer.from('abc'));
    await expect(connection).toReceiveBeforeClose(Buffer.from([1, 2, 3]));
    await expect(connection).toReceiveBeforeClose(new Uint8Array([1, 2, 3]).buffer);
    await expect(connection).toReceiveBeforeClose(expect.any(Uint8Array));
    await expect(connection).toReceiveBeforeClose(long);
    await expect(connection).toReceiveBeforeClose(expect.stringContaining('xxx'));
  });
});

describe('a payload that the log has as a digest', () => {
  const digested = observe({
    log: [
      { event: 'open', line: 0, atNs: 0 },
      {
        event: 'message',
        type: 'text',
        length: 5000,
        sha256: '7a1ba3b5ab65e5cf5aea3ab0fa0c4d22d6d6d5e1c4fc1e7b3ba4e2e8a0ab9e1e',
        line: 1,
        atNs: 1,
      },
      { event: 'close', code: 1000, reason: '', wasClean: true, line: 2, atNs: 2 },
      { event: 'done', line: 3, atNs: 3 },
    ],
  });

  it('is compared by it', async () => {
    // The trial delivers what was never sent: corrupted, which the matcher does not ask about.
    await expect(digested).not.toReceiveBeforeClose(long);
    await expect(digested).not.toReceiveBeforeClose(Buffer.from(long));
  });

  it('cannot be looked into: both forms fail, and say what to give', async () => {
    const why =
      'No statement: a message (text, 5000 B) is known by its length and digest alone, and StringContaining "x" has to look inside: give the whole text or the bytes, or the name of the message in its case';
    expect(await headline(() => expect(digested).toReceiveBeforeClose(expect.stringContaining('x')))).toBe(why);
    expect(await headline(() => expect(digested).not.toReceiveBeforeClose(expect.stringContaining('x')))).toBe(why);
  });
});

describe('wrong use', () => {
  const wrong = (received: unknown, message: unknown): Promise<string> =>
    // oxlint-disable-next-line jest/valid-expect -- awaited by its caller
    headline(() => expect(received as never).toReceiveBeforeClose(message as never));

  it('of the message says what to write instead, in both forms', async () => {
    expect(await wrong(observe(), /x/)).toBe(
      'toReceiveBeforeClose: /x/ is no message. Write `expect.stringMatching(/x/)`.',
    );
    expect(await wrong(observe(), 5)).toBe(
      'toReceiveBeforeClose: 5 is no message. Messages are text or bytes: write it as a string.',
    );
    expect(await wrong(observe(), undefined)).toBe(
      'toReceiveBeforeClose: undefined is no message. Name the message: its text, its bytes, its JSON as an object, or `expect.stringMatching(…)` and its like.',
    );
    expect(await wrong(observe(), Promise.resolve('x'))).toContain('It is a promise: await it first.');
    expect(await headline(() => expect(observe()).not.toReceiveBeforeClose(5 as never))).toContain('is no message');
  });

  it('of what is received says what to write instead', async () => {
    expect(await failure(() => expect(makeSocket() as never).toReceiveBeforeClose('x'))).toBe(
      `toReceiveBeforeClose: takes a recorded connection (\`record(socket)\`), a trial or a case. Received a WebSocket itself. Record it before it opens:

    const connection = record(socket);
    await expect(connection).toReceiveBeforeClose(…);`,
    );
    expect(await wrong(Promise.resolve(observe()), 'x')).toContain(
      'Received a promise. Await it first: `await expect(await …).toReceiveBeforeClose(…)`.',
    );
    expect(await wrong(observe().trial, 'x')).toContain('Received a raw trial, which nobody has judged.');
    expect(await wrong(null, 'x')).toContain('Received null.');
    expect(await wrong(observedCase([]).report, 'x')).toBe(
      'toReceiveBeforeClose: takes a recorded connection (`record(socket)`), a trial or a case, and not a case of a report. A report has the verdicts and no longer the messages: ask the cases of the run that it was made from.',
    );
  });

  it('of the options says what to write instead', async () => {
    expect(await headline(() => expect(record(makeSocket())).toReceiveBeforeClose('x', { withinMs: -1 }))).toBe(
      'toReceiveBeforeClose: `withinMs` is a positive number of milliseconds, and not -1. Write `toReceiveBeforeClose(…, { withinMs: 1000 })`.',
    );
  });
});
