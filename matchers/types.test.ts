/** What the compiler accepts and what it does not: this file is checked by `tsc`, and hardly run. */
import type { ObservedCase, ObservedTrial } from '../kit/core/observation';
import { record } from './jest';
import { matchers } from './list';

/** Never called, but by the compiler. */
function types(trial: ObservedTrial, kase: ObservedCase, json: ReturnType<typeof JSON.parse>): void {
  const connection = record(new EventTarget());
  const result: Promise<void> = expect(connection).toSettle();
  void result;
  void expect(connection).not.toCloseWith({ code: 1000 }, { withinMs: 5 });
  void expect(connection).toReceiveInOrder(['a', Buffer.from('b'), { type: 'c' }, expect.any(String)]);
  void expect(trial).toBeWitnessed('w2+');
  void expect(json).toConform({ except: { 'case/id': 'reason' } });
  void expect(kase).toLoseAtMost(0.05, { confidence: 0.9 });
  // oxlint-disable-next-line jest/valid-expect -- only its type is asked
  void expect(Promise.resolve(trial)).resolves.toConform();
  // @ts-expect-error -- no such tier
  void expect(trial).toBeWitnessed('w9');
  // @ts-expect-error -- a message is missing
  void expect(connection).toReceiveBeforeClose();
  // @ts-expect-error -- no message
  void expect(connection).toReceiveBeforeClose(5);
  // @ts-expect-error -- a code is a number
  void expect(connection).toCloseWith({ code: '1000' });
  // @ts-expect-error -- a rate is a number
  void expect(kase).toLoseAtMost('5 %');
  // @ts-expect-error -- a recorded connection has no witness
  void expect(connection).toBeWitnessed('w2');
  // @ts-expect-error -- one trial has no rate
  void expect(trial).toLoseAtMost(0.05);
  // @ts-expect-error -- a socket itself
  void expect(new EventTarget()).toSettle();
}

it('is about as many matchers as the list has', () => {
  expect([typeof types, Object.keys(matchers).length]).toEqual(['function', 12]);
});
