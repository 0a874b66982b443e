import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Connection, WireEvent } from '../core/trial';
import { MortalEndpoints, withDeath } from './mortal-endpoint';

const connection: Connection = {
  index: 0,
  nonce: '00112233445566778899aabbccddeeff',
  held: false,
  peer: { address: '127.0.0.1', port: 40_000 },
  path: 'direct',
  script: { status: 'playing', at: 4, steps: 5, lapses: [] },
  events: [{ atNs: 1, kind: 'request' }],
  sent: [],
  snapshots: [],
  witness: 'tcp-info',
  freezes: [],
  bytesSent: 2000,
};

const died = (one: Connection, isTalkative = false): readonly WireEvent[] => withDeath(one, 9, isTalkative).events;

describe('the death of an endpoint', () => {
  it('is a FIN where all that the client had sent was read, and ends the script', () => {
    expect(withDeath(connection, 9, false)).toEqual({
      ...connection,
      script: { status: 'complete', at: 5, steps: 5, lapses: [] },
      events: [
        { atNs: 1, kind: 'request' },
        { atNs: 9, kind: 'endpoint-killed' },
        { atNs: 9, kind: 'fin-sent' },
      ],
    });
  });

  it('is a reset where bytes lay unread, RFC 9293 §3.6.1', () => {
    expect(died({ ...connection, unreadBytes: 130 }).at(-1)).toEqual({ atNs: 9, kind: 'dropped' });
  });

  it('may draw a reset from a client that sends of its own accord', () => {
    const drawn = { atNs: 9, kind: 'reset-drawn', by: 'data' };
    expect(died(connection, true).at(-1)).toEqual(drawn);
    expect(died({ ...connection, events: [{ atNs: 1, kind: 'client-ping', text: '' }] }).at(-1)).toEqual(drawn);
    // What sends candidates or a heartbeat of the application's sends again; its offer is what it was told to send.
    const told: WireEvent = { atNs: 1, kind: 'client-message', text: 'heartbeat', bytes: 9 };
    expect(died({ ...connection, events: [told] }).at(-1)).toEqual(drawn);
    expect(died({ ...connection, events: [{ atNs: 1, kind: 'offer' }] }).at(-1)).toEqual({ atNs: 9, kind: 'fin-sent' });
  });

  it('leaves a script that had been cut short as it was', () => {
    const script = { status: 'cut-short', at: 2, steps: 5, lapses: [] } as const;
    expect(withDeath({ ...connection, script }, 9, false).script).toBe(script);
  });
});

describe('endpoints that may die', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'lastword-mortal-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('are not for a client that cannot reach a process of this machine', () => {
    const mortals = new MortalEndpoints(folder);
    expect(mortals.whyNot({ place: 'host' })).toBeUndefined();
    expect(mortals.whyNot({})).toBeUndefined();
    expect(mortals.whyNot({ place: 'network' })).toMatch(/cannot reach/);
    expect(mortals.whyNot({ caFile: '/ca.pem' })).toMatch(/cannot reach/);
  });

  it('are killed one by one, and ended all together', async () => {
    const mortals = new MortalEndpoints(folder);
    const [one, other] = await Promise.all([mortals.take(), mortals.take()]);
    expect(one.endpoint.caPem).toBe(other.endpoint.caPem);
    expect(one.endpoint.address('host', 'tls13')).not.toEqual(other.endpoint.address('host', 'tls13'));
    const remains = await one.kill('t1', false);
    expect(remains.collected).toEqual({ connections: [], strays: [], stallMs: 0 });
    // A second order finds the same death.
    expect(await one.kill('t1', false)).toBe(remains);
    await one.release();
    await expect(one.endpoint.collect('t1')).rejects.toThrow('ended');
    await mortals.close();
    await expect(other.endpoint.collect('t1')).rejects.toThrow('ended');
  });
});
