import { observeTrial, type ObservedTrial } from './observation';
import { buildTrial, ends, passing, passingClose, snapshot, type Changes } from './testing/build-trial';

const observe = (changes: Changes = {}): ObservedTrial => {
  const { trial, context } = buildTrial(changes);
  return observeTrial(trial, context);
};

const witnesses = (changes: Changes) =>
  observe(changes).messages?.map(({ name, timesSent, witness }) => [name, timesSent, witness]);

describe('an observed trial', () => {
  it('has the judgement, the sections of its case, and its messages with their digests', () => {
    const { kind, judgement, clauses, messages } = observe();
    expect([kind, judgement.main.outcome, clauses]).toEqual([
      'observed-trial',
      'pass',
      ['RFC 6455 §6.2', 'WHATWG WebSockets §4', 'RFC 9293 §3.6'],
    ]);
    expect(messages?.[1]).toEqual({
      name: 'B',
      type: 'text',
      bytes: 57,
      sha256: messages?.[1]?.sha256,
      data: `{"type":"bye","nonce":"${'ab'.repeat(16)}"}`,
      timesSent: 1,
      witness: 'w2',
    });
  });

  it('knows the witness of each message by itself', () => {
    expect(witnesses({ snapshots: [snapshot(11, 'acked', { bytesAcked: ends.A })] })).toEqual([
      ['A', 1, 'w2'],
      ['B', 1, 'w1'],
    ]);
    expect(witnesses({ sent: passing.sent.slice(0, 2) })).toEqual([
      ['A', 1, 'w2'],
      ['B', 0, 'w0'],
    ]);
    expect(witnesses({ connection: { path: 'proxied' } })).toEqual([
      ['A', 1, 'w1'],
      ['B', 1, 'w1'],
    ]);
    expect(witnesses({ connection: 'none' })).toEqual([
      ['A', 0, 'w0'],
      ['B', 0, 'w0'],
    ]);
  });

  it('takes an answer in band for a message that stands before what was answered', () => {
    const closing = observe({ ...passingClose, hello: { habits: ['closes-on-answer'] } });
    expect(closing.messages?.[0]?.witness).toBe('w2');
  });
});
