import { describeRecordings } from './describe-recording';
import { answer, close, echo, fin, notify, offer, ownFin, recordingOf, reset } from './testing/server-recordings';

const said = (...recordings: Parameters<typeof recordingOf>[]): readonly string[] =>
  describeRecordings(recordings.map((each) => recordingOf(...each))).map(
    ({ text, count, of }) => `${text} (${count} of ${of})`,
  );

describe('what a server put on the wire, in words', () => {
  test('an answer, a Close that nobody awaits the echo of, close_notify and a FIN', () => {
    expect(
      said([
        'no-echo',
        [
          [0, offer],
          [2100, answer(0)],
          [2100, close(1)],
          [2100, notify(2)],
          [2500, fin],
          [2600, ownFin],
        ],
      ]),
    ).toEqual([
      'answer (1,046 B) 2.1 ms behind the offer, Close 1000 in the same read, close_notify in the same read, no echo awaited, FIN 0.40 ms later (1 of 1)',
    ]);
  });

  test('the answer and the Close in one record', () => {
    expect(
      said([
        'prompt',
        [
          [0, offer],
          [100, answer(0)],
          [100, close(0)],
          [150, echo],
          [400, notify(1)],
          [500, fin],
        ],
      ]),
    ).toEqual([
      'answer (1,046 B) 0.10 ms behind the offer, Close 1000 in the same record, the client’s echo 0.05 ms later, close_notify 0.25 ms later, FIN 0.10 ms later (1 of 1)',
    ]);
  });

  test('the median of the times of what says the same, the most frequent first', () => {
    const bare = (finUs: number): Parameters<typeof recordingOf> => [
      'prompt',
      [
        [0, offer],
        [1000, answer(0)],
        [1000 + finUs, fin],
      ],
    ];
    const torn: Parameters<typeof recordingOf> = [
      'prompt',
      [
        [0, offer],
        [1000, reset],
      ],
    ];
    expect(said(torn, bare(100), bare(900), bare(300))).toEqual([
      'answer (1,046 B) 1.0 ms behind the offer, no close_notify, FIN 0.30 ms later (3 of 4)',
      'no message, RST 1.0 ms later (1 of 4)',
    ]);
  });

  test('a FIN on plain ws: wants no close_notify', () => {
    const { tls: _, ...plain } = recordingOf('prompt', [
      [0, offer],
      [1000, answer(0)],
      [1500, fin],
    ]);
    expect(describeRecordings([plain])[0]?.text).toBe('answer (1,046 B) 1.0 ms behind the offer, FIN 0.50 ms later');
  });

  test('a server that does not hang up, and a stream of messages', () => {
    expect(
      said([
        'prompt',
        [
          [0, offer],
          [1000, answer(0, 10)],
          [2000, answer(1, 20)],
          [3000, answer(2, 30)],
          [4000, answer(3, 40)],
          [5000, answer(4, 50)],
          [2_005_000, echo],
          [2_006_000, close(5)],
        ],
        { endedByClient: true },
      ]),
    ).toEqual([
      'message 1 (10 B) 1.0 ms behind the offer, message 2 (20 B) 1.0 ms later, message 3 (30 B) 1.0 ms later, … message 5 (50 B) 2.0 ms later, the client’s own Close 2000 ms later, Close 1000 1.0 ms later, no end of the connection within 2 s (1 of 1)',
    ]);
  });

  test('what lay unread with the FIN, and what breaks a rule', () => {
    expect(
      said([
        'slow',
        [
          [0, offer],
          [300_000, { kind: 'unread', bytes: 1100, hasFin: true }],
          [300_100, { kind: 'illegal', record: 0, detail: 'a masked frame' }],
          [300_100, answer(0)],
          [300_200, fin],
        ],
      ]),
    ).toEqual([
      'unread in the socket: all of it, with the FIN, against the rules: a masked frame 300 ms later, answer (1,046 B) 300 ms behind the offer, no close_notify, FIN 0.10 ms later (1 of 1)',
    ]);
  });
});
