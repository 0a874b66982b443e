import { adviseServer } from './server-habits';
import type { ServerRecording } from './server-recording';
import { answer, close, echo, fin, notify, offer, ownFin, recordingOf, reset } from './testing/server-recordings';

const brief = (...recordings: readonly ServerRecording[]) => {
  const { habits, good } = adviseServer(recordings);
  return { habits: habits.map(({ habit, count, of }) => `${habit} ${count}/${of}`), good };
};

describe('habits that lose answers', () => {
  test('a FIN right behind the answer, bare', () => {
    const recordings = (['prompt', 'no-echo', 'slow'] as const).map((mode) =>
      recordingOf(mode, [
        [0, offer],
        [1000, answer(0)],
        [1400, fin],
        [1500, ownFin],
      ]),
    );
    expect(brief(...recordings)).toEqual({
      habits: ['fin-behind-answer 3/3', 'no-close-frame 3/3', 'no-close-notify 3/3', 'no-application-ack 3/3'],
      good: [],
    });
    const [first] = adviseServer(recordings).habits;
    expect(first).toMatchObject({
      weight: 'loses',
      seen: 'TCP ended 0.40 ms behind the answer, and nothing of the client was awaited',
      clauses: ['RFC 6455 §5.5.1', 'RFC 6455 §7.1.2'],
    });
  });

  test('a Close whose echo is not awaited; a prompt echo hides it, and counts neither way', () => {
    const prompt = recordingOf('prompt', [
      [0, offer],
      [1000, answer(0)],
      [1000, close(0)],
      [1050, echo],
      [1200, notify(1)],
      [1300, fin],
    ]);
    const silent = recordingOf('no-echo', [
      [0, offer],
      [1000, answer(0)],
      [1000, close(0)],
      [1200, notify(1)],
      [1300, fin],
    ]);
    expect(brief(prompt, silent)).toEqual({
      habits: ['fin-behind-answer 1/1', 'no-application-ack 2/2'],
      good: ['it sends close_notify before its FIN'],
    });
    expect(adviseServer([prompt, silent]).habits[0]?.seen).toBe(
      'TCP ended 0.30 ms behind the answer, no echo of its Close was awaited',
    );
  });

  test('the answer and the FIN that a late reader finds together', () => {
    const slow = recordingOf('slow', [
      [0, offer],
      [300_000, { kind: 'unread', bytes: 1100, hasFin: true }],
      [300_100, answer(0)],
      [300_200, fin],
    ]);
    expect(adviseServer([slow]).habits[0]?.seen).toBe(
      'TCP ended 0.10 ms behind the answer, and nothing of the client was awaited; ' +
        'a client that read 300 ms late found the answer and the FIN queued together',
    );
  });

  test('a client that writes on draws a reset', () => {
    const busy = (last: readonly (readonly [number, Parameters<typeof recordingOf>[1][number][1]])[]) =>
      recordingOf('busy', [[0, offer], [1, { kind: 'sent', what: 'message' }], ...last]);
    const answered = busy([
      [1000, answer(0)],
      [1000, close(0)],
      [1100, notify(1)],
      [1200, fin],
      [1300, reset],
    ]);
    const overtaken = busy([[1300, reset]]);
    expect(brief(answered, overtaken).habits).toContain('reset-by-unread 2/2');
    expect(adviseServer([answered, overtaken]).habits.find(({ habit }) => habit === 'reset-by-unread')?.seen).toBe(
      'what the client wrote (its candidates behind the offer) drew an RST; in 1 the answer never came',
    );
  });

  test('a reset in place of a FIN is the server’s own, and not drawn', () => {
    const torn = (mode: 'prompt' | 'busy'): ServerRecording =>
      recordingOf(mode, [
        [0, offer],
        [1000, answer(0)],
        [1100, reset],
      ]);
    expect(brief(torn('prompt'), torn('busy')).habits).toEqual([
      'fin-behind-answer 2/2',
      'reset-for-fin 1/1',
      'no-close-frame 2/2',
      'no-application-ack 1/1',
    ]);
  });

  test('the close_notify that goes with the client’s FIN can draw none that counts', () => {
    const bare = recordingOf('prompt', [
      [0, offer],
      [1000, answer(0)],
      [1400, fin],
      [1450, { kind: 'sent', what: 'close-notify' }],
      [1460, ownFin],
    ]);
    const busy = recordingOf('busy', [
      [0, offer],
      [10, { kind: 'sent', what: 'message' }],
      [1000, answer(0)],
      [1400, fin],
      [1500, reset],
    ]);
    expect(brief(bare, busy).habits).toContain('reset-by-unread 1/1');
  });

  test('the echo that was owed draws a reset', () => {
    const hasty = recordingOf('prompt', [
      [0, offer],
      [1000, answer(0)],
      [1000, close(0)],
      [1000, notify(1)],
      [1050, echo],
      [1100, fin],
      [1120, reset],
    ]);
    const quiet = recordingOf('no-echo', [
      [0, offer],
      [1000, answer(0)],
      [1000, close(0)],
      [1000, notify(1)],
      [1100, fin],
      [1150, ownFin],
    ]);
    expect(brief(hasty, quiet).habits).toEqual([
      'fin-behind-answer 1/1',
      'reset-by-unread 1/1',
      'no-application-ack 2/2',
    ]);
    expect(adviseServer([hasty, quiet]).habits[1]?.seen).toBe(
      'what the client wrote (its echo or close_notify) drew an RST',
    );
  });

  test('a reset behind the client’s own FIN is nobody’s habit', () => {
    const late = recordingOf('prompt', [
      [0, offer],
      [1000, answer(0)],
      [1000, close(0)],
      [1050, echo],
      [1300, notify(1)],
      [1400, fin],
      [1450, ownFin],
      [1500, reset],
    ]);
    expect(brief(late).habits).toEqual(['no-application-ack 1/1']);
  });
});

describe('habits that keep answers', () => {
  test('waiting for the echo, reading on, close_notify', () => {
    const polite = (mode: 'no-echo' | 'busy'): ServerRecording =>
      recordingOf(mode, [
        [0, offer],
        [1000, answer(0)],
        [1000, close(0)],
        [2_001_000, echo],
        [2_001_200, notify(1)],
        [2_001_300, fin],
        [2_001_400, ownFin],
      ]);
    expect(brief(polite('no-echo'), polite('busy'))).toEqual({
      habits: ['no-application-ack 1/1'],
      good: [
        'it waits for the echo of its Close',
        'it lets a client that writes on finish: no reset',
        'it sends close_notify before its FIN',
      ],
    });
  });

  test('a reset that the client’s close_notify draws behind an echo that was waited for is nothing', () => {
    const prompt = recordingOf('prompt', [
      [0, offer],
      [1000, answer(0)],
      [1000, close(0)],
      [1050, echo],
      [1300, notify(1)],
      [1310, { kind: 'sent', what: 'close-notify' }],
      [1400, fin],
      [1410, reset],
    ]);
    const silent = recordingOf('no-echo', [
      [0, offer],
      [1000, answer(0)],
      [1000, close(0)],
      [2_001_000, echo],
      [2_001_200, notify(1)],
      [2_001_300, fin],
      [2_001_400, ownFin],
    ]);
    expect(brief(prompt, silent).habits).toEqual(['no-application-ack 2/2']);
  });

  test('a timeout of seconds behind a Close is waiting', () => {
    const patient = recordingOf('no-echo', [
      [0, offer],
      [1000, answer(0)],
      [1000, close(0)],
      [1_501_000, notify(1)],
      [1_501_200, fin],
    ]);
    expect(brief(patient)).toEqual({
      habits: ['no-application-ack 1/1'],
      good: ['it waits for the echo of its Close', 'it sends close_notify before its FIN'],
    });
  });

  test('a server that stays has no habit of hanging up', () => {
    const stays = recordingOf(
      'prompt',
      [
        [0, offer],
        [1000, answer(0)],
        [2_001_000, echo],
        [2_002_000, close(1)],
        [2_002_100, notify(2)],
        [2_002_200, fin],
      ],
      { endedByClient: true },
    );
    expect(brief(stays)).toEqual({
      habits: [],
      good: ['it sends close_notify before its FIN', 'it does not hang up on its own within 2 s of its last message'],
    });
  });

  test('nothing recorded, nothing said', () => {
    expect(adviseServer([])).toEqual({ habits: [], good: [] });
  });
});
