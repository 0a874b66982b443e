import { record } from './jest';
import { endWaits } from './pending';
import { headline } from './testing/failure';
import { makeSocket, say } from './testing/socket';

const thisTest = (): string | undefined => expect.getState().currentTestName;

it('a matcher that still waits when its test is over fails the test, and says that an `await` is missing', async () => {
  const connection = record(makeSocket());
  void expect(connection).toSettle();
  void expect(connection).toReceiveBeforeClose('x');
  expect(await headline(() => endWaits(thisTest()))).toBe(
    'toSettle() was still waiting when the test ended (and 1 more): is an `await` missing?',
  );
  expect(await headline(() => endWaits(thisTest()))).toBe('holds');
});

it('the error has the stack of the call', () => {
  void expect(record(makeSocket())).toSettle();
  let stack: string | undefined;
  try {
    endWaits(thisTest());
  } catch (error) {
    stack = (error as Error).stack;
  }
  expect(stack).toMatch(/^Error: toSettle\(\) was still waiting/);
  expect(stack).toContain('pending.test.ts');
});

it('a matcher that waits for another test is left alone', async () => {
  const socket = makeSocket();
  const waiting = expect(record(socket)).toSettle();
  endWaits('another test');
  say.close(socket);
  await waiting;
});

it('an error of a matcher of one’s own is the test’s to see, and not the socket’s', async () => {
  const socket = makeSocket();
  const mine = {
    asymmetricMatch: () => {
      throw new Error('mine');
    },
  };
  const waiting = headline(() => expect(record(socket)).toReceiveBeforeClose(mine));
  say.message(socket, 'text');
  expect(await waiting).toBe('mine');
});
