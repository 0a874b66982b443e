/** What a client may do wrong in a trial of `twoThenFin`, as changes of one that passes. */
import {
  closed,
  done,
  line,
  ns,
  opened,
  passing,
  said,
  snapshot,
  wire,
  ends,
} from '../../kit/core/testing/build-trial';
import type { Changes } from '../../kit/core/testing/build-trial';

/** B never came, and had been acknowledged. */
export const lost: Changes = { log: [opened(2), said(12, 'A'), closed(13, 1006), done(13)] };

/** B never came, and nobody saw it arrive. */
export const unwitnessed: Changes = { ...lost, snapshots: [] };

/** B came behind the close. */
export const late: Changes = { log: [opened(2), said(12, 'A'), closed(13, 1006), said(14, 'B'), done(15)] };

/** B came before A. */
export const reordered: Changes = { log: [opened(2), said(12, 'B'), said(12, 'A'), closed(13, 1006), done(13)] };

/** A came twice. */
export const doubled: Changes = {
  log: [opened(2), said(12, 'A'), said(12, 'A'), said(12, 'B'), closed(13, 1006), done(13)],
};

/** Neither a close nor an error was reported. */
export const hung: Changes = {
  log: [opened(2), said(12, 'A'), said(12, 'B')],
  adapter: { gaveUp: true, pong: true },
  trial: { endedAtNs: ns(10_000) },
};

/** Nothing came, and the close was reported. */
export const silent: Changes = { log: [opened(2), closed(13, 1006), done(13)] };

/** The adapter lacks a feature. */
export const inapplicable: Changes = {
  log: [line(1, { event: 'unsupported', feature: 'deflate' })],
  connection: 'none',
};

/** A and B were frozen in, and B never came: the motivating bug. */
export const frozenLoss: Changes = {
  events: [
    wire(1, { kind: 'request' }),
    wire(2, { kind: 'offer' }),
    wire(8, { kind: 'frozen' }),
    wire(10, { kind: 'fin-sent' }),
    wire(60, { kind: 'thawed' }),
    wire(70, { kind: 'client-fin' }),
  ],
  sent: passing.sent.map((each, at) => (at === 0 ? { ...each, atNs: ns(1.5) } : each)),
  snapshots: [
    snapshot(12, 'acked', { bytesAcked: ends.B + 1 }),
    snapshot(59, 'before-thaw', { bytesAcked: ends.B + 1, rxQueue: 1201 }),
  ],
  connection: {
    freezes: [{ frozenAtNs: ns(8), thawedAtNs: ns(60), processes: 1, threads: 11, confirmed: true }],
  },
  log: [opened(2), said(61, 'A'), closed(62, 1006), done(62)],
};
