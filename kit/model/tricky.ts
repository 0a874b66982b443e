/** Clients that are odd and correct, cases.md §10: the kit must acquit them in every case. */
import type { Subject } from './subject';

export const trickyClients: readonly Subject[] = [
  {
    id: 't01-slow',
    title: 'reads 1 byte a millisecond, and polls every 100 ms; says so',
    switches: { bytesPerTick: 100 },
    hello: { limits: { bytesPerSecond: 1000 } },
  },
  { id: 't02-pauses', title: 'stands still for 2 s at each wake-up', switches: { pauseMs: 2000 } },
  { id: 't03-one-event-per-turn', title: 'emits one event a turn of its loop', switches: { dispatch: 'turn' } },
  { id: 't04-drops-on-rst', title: 'drops what it has not read when a reset comes', switches: { dropsOnReset: true } },
  {
    id: 't05-strict-tls',
    title: 'a missing close_notify is an error, behind what was delivered',
    switches: { strictTls: true },
  },
  {
    id: 't06-whatwg-closing',
    title: 'closes on its answer, and drops what comes behind its own Close',
    switches: { dropsAfterOwnClose: true, onAnswer: 'close' },
    hello: { habits: ['closes-on-answer'] },
  },
  {
    id: 't07-closes-on-answer',
    title: 'sends its own Close as soon as it has the answer',
    switches: { onAnswer: 'close' },
    hello: { habits: ['closes-on-answer'], model: 'other' },
  },
  {
    id: 't07-exits-on-answer',
    title: 'exits with status 0 as soon as it has the answer',
    switches: { onAnswer: 'exit' },
    hello: { habits: ['closes-on-answer'], model: 'other' },
  },
  {
    id: 't08-no-code-api',
    title: 'exposes no code, no reason and no wasClean',
    switches: { hidesCode: true },
    hello: { observes: [], model: 'other' },
  },
  {
    id: 't09-error-only',
    title: 'an abnormal end is an error, without a close',
    switches: { abnormalIs: 'error' },
    hello: { model: 'other' },
  },
  {
    id: 't09-error-and-close',
    title: 'an abnormal end is an error, and then a close',
    switches: { abnormalIs: 'error-and-close' },
  },
  {
    id: 't10-small-limit',
    title: 'takes messages of 64 KiB at most, fails with 1009, and does not say so in its hello',
    switches: { mostMessageBytes: 65_536 },
  },
  {
    id: 't13-reconnects',
    title: 'connects again at once, and sends the offer again',
    switches: { reconnects: true },
    hello: { habits: ['reconnects'] },
  },
  {
    id: 't15-rst-on-exit',
    title: 'kills its own socket with a reset when all is said',
    switches: { resetsAtEnd: true },
  },
  { id: 't16-pings', title: 'sends a Ping and an unsolicited Pong every 100 ms', switches: { pingEveryMs: 100 } },
  { id: 't18-process-tree', title: 'runs behind a wrapper, with helper processes and threads', switches: {} },
  {
    id: 't21-passes-reserved-codes',
    title: 'reports a reserved code as it came',
    switches: { passesReservedCodes: true },
  },
  { id: 't22-lossy-reason', title: 'replaces what is no UTF-8 in a reason', switches: { lossyReason: true } },
  {
    id: 't23-keepalive-on-wake',
    title: 'its own keep-alive of 20 s runs out first after a long freeze',
    switches: { keepAliveMs: 20_000 },
    hello: { limits: { keepAliveMs: 20_000 } },
  },
];
