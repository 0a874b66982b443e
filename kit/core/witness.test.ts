import { factsOf } from './facts';
import {
  buildTrial,
  ends,
  judge,
  ns,
  passing,
  passingClose,
  snapshot,
  wire,
  opened,
  closed,
  done,
  type Changes,
} from './testing/build-trial';
import { layerOf, witnessOf } from './witness';

const silent = { acknowledged: false, closesByItself: false };

function tierOf(changes: Changes, endOffset: number | undefined = ends.B, inBand = silent) {
  const { trial, context } = buildTrial(changes);
  const facts = factsOf(context.kase, context.part, trial);
  const { tier, nominal } = witnessOf(facts, endOffset, inBand);
  return { tier, nominal, layer: layerOf(tier, facts) };
}

const frozen = {
  connection: { freezes: [{ frozenAtNs: ns(5), thawedAtNs: ns(20), processes: 1, threads: 2, confirmed: true }] },
};

describe('a message is witnessed', () => {
  it('W0: not at all, where it never left or nobody connected', () => {
    expect(tierOf({ connection: 'none' })).toMatchObject({ tier: 'w0' });
    const { trial, context } = buildTrial();
    expect(witnessOf(factsOf(context.kase, context.part, trial), undefined, silent).tier).toBe('w0');
  });

  it('W1: written, and not acknowledged to its last byte', () => {
    expect(tierOf({ snapshots: [snapshot(11, 'acked', { bytesAcked: ends.B - 1 })] })).toMatchObject({ tier: 'w1' });
    expect(tierOf({ snapshots: [snapshot(11, 'final', { rxQueue: 0 })] })).toMatchObject({ tier: 'w1' });
  });

  it('W2+: held unread by the client’s own socket, where the sending one cannot be asked', () => {
    const held = (heldBytes: number) => ({
      atNs: ns(19),
      why: 'before-thaw' as const,
      peer: { state: 8, rxQueue: heldBytes },
      heldBytes,
    });
    expect(tierOf({ ...frozen, snapshots: [held(ends.B)] })).toMatchObject({ tier: 'w2+' });
    expect(tierOf({ ...frozen, snapshots: [held(ends.B - 1)] })).toMatchObject({ tier: 'w1' });
  });

  it('W2: acknowledged', () => {
    expect(tierOf({ snapshots: [snapshot(11, 'acked', { bytesAcked: ends.B })] })).toMatchObject({ tier: 'w2' });
  });

  it('W2+: acknowledged, and seen unread in the socket of a client that was frozen', () => {
    const unread = [snapshot(19, 'before-thaw', { bytesAcked: ends.B + 1, rxQueue: 1701 })];
    expect(tierOf({ ...frozen, snapshots: unread })).toMatchObject({ tier: 'w2+' });
    const finAlone = [snapshot(19, 'before-thaw', { bytesAcked: ends.B + 1, rxQueue: 1 })];
    expect(tierOf({ ...frozen, snapshots: finAlone })).toMatchObject({ tier: 'w2' });
  });

  it('W2 and no more: acknowledged behind the thaw, when it had seen other bytes unread', () => {
    const snapshots = [
      snapshot(19, 'before-thaw', { bytesAcked: ends.A, rxQueue: 1000 }),
      snapshot(25, 'acked', { bytesAcked: ends.B + 1 }),
    ];
    expect(tierOf({ ...frozen, snapshots })).toMatchObject({ tier: 'w2' });
    expect(tierOf({ ...frozen, snapshots }, ends.A)).toMatchObject({ tier: 'w2+' });
  });

  it('W3: the queue was empty when all was acknowledged, and the client was not frozen', () => {
    const taken = [snapshot(21, 'after-thaw', { bytesAcked: ends.B + 1, rxQueue: 1 })];
    expect(tierOf({ snapshots: taken })).toMatchObject({ tier: 'w3' });
    expect(tierOf({ snapshots: taken, events: [...passing.events, wire(22, { kind: 'thawed' })] })).toMatchObject({
      tier: 'w2',
    });
  });

  it('W4: the client replied with the code that came', () => {
    expect(tierOf(passingClose, ends.A)).toMatchObject({ tier: 'w4' });
  });

  it('W4: its application acknowledged it', () => {
    expect(tierOf({ snapshots: [] }, ends.B, { ...silent, acknowledged: true })).toMatchObject({ tier: 'w4' });
  });
});

describe('a Close of the client is no witness', () => {
  const replying = (atMs: number, code: number): Changes => ({
    ...passingClose,
    events: passingClose.events.map((event) =>
      event.kind === 'client-close' ? { ...event, code, atNs: ns(atMs) } : event,
    ),
  });

  it('where it is another code, or came before the Close of the endpoint', () => {
    expect(tierOf(replying(12, 1001), ends.A)).toMatchObject({ tier: 'w2' });
    expect(tierOf(replying(9, 1000), ends.A)).toMatchObject({ tier: 'w2' });
  });

  it('where the message ends behind the Close', () => {
    expect(tierOf(passingClose, ends.B + 1)).not.toMatchObject({ tier: 'w4' });
  });

  it('where the client closes by itself, unless it is a code that it would not choose', () => {
    const habit = { ...silent, closesByItself: true };
    expect(tierOf(passingClose, ends.A, habit)).toMatchObject({ tier: 'w2' });
    const events = passingClose.events.map((event) =>
      event.kind === 'client-close' || event.kind === 'close-sent' ? { ...event, code: 4001 } : event,
    );
    expect(tierOf({ ...passingClose, events }, ends.A, habit)).toMatchObject({ tier: 'w4' });
  });
});

it('an acknowledgement behind something that ends TCP is W1, and its nominal tier is kept', () => {
  expect(tierOf({ connection: { path: 'proxied' } })).toMatchObject({ tier: 'w1', nominal: 'w2' });
});

describe('a message was lost', () => {
  const log = [opened(2), closed(13, 1006), done(13)];
  const reset = { events: [...passing.events.slice(0, 3), wire(12, { kind: 'client-reset' })] };

  it('in the socket, where the client reset with bytes unread', () => {
    expect(judge({ log, ...reset })).toMatchObject({ main: { outcome: 'lost' }, layer: 'socket' });
  });

  it('in decoding, where the client had read it, or took leave in order', () => {
    expect(judge({ log })).toMatchObject({ layer: 'decode' });
    const taken = [snapshot(11, 'client-ended', { bytesAcked: ends.B + 1, rxQueue: 0 })];
    expect(judge({ log, ...reset, snapshots: taken })).toMatchObject({ witness: 'w3', layer: 'decode' });
  });

  it('in dispatching, where the client had parsed past it', () => {
    expect(judge({ ...passingClose, log: [opened(2), closed(13, 1000), done(13)] })).toMatchObject({
      witness: 'w4',
      layer: 'dispatch',
    });
  });

  it('nowhere that could be named, below W2', () => {
    expect(tierOf({ snapshots: [] }).layer).toBeUndefined();
  });
});
