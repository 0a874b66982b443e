import type { LogEntry } from '../core/adapter-event';
import { whileDelivering } from './run-trial';

const opened: LogEntry = { event: 'open', line: 1, atNs: 0 };
const said = (atS: number): LogEntry => ({ event: 'message', type: 'text', data: 'x', line: 2, atNs: atS * 1e9 });

describe('the deadline of a client that delivers', () => {
  it.each([
    ['stays where nothing was delivered', [opened], 10],
    ['stays where the last message is long past', [opened, said(4)], 10],
    ['is 5 s behind a message that comes shortly before it', [opened, said(9)], 14],
    ['moves on with each message', [opened, said(9), said(13), said(17.5)], 22.5],
    ['moves on by a minute at most', [opened, said(9), said(69.5), said(80)], 70],
    ['is not moved by anything but a message', [said(9), { event: 'done', line: 3, atNs: 12e9 }], 14],
  ] as const)('%s', (_, log, wantedS) => {
    expect(whileDelivering(10e9, log) / 1e9).toBe(wantedS);
  });
});
