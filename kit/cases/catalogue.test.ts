import { isDeepStrictEqual } from 'node:util';
import { transports, type Case, type CasePart, type Transport } from '../core/case';
import { expand, isFrozen } from '../core/expand';
import { catalogue, catalogueDigest, findCase, lintCatalogue, profiles } from './catalogue';
import { gateCase } from './control';

const nonce = '0123456789abcdef0123456789abcdef';

const variants: readonly (readonly [string, Case, CasePart, Transport])[] = catalogue.flatMap((kase) =>
  kase.parts.flatMap((part) =>
    (part.transports ?? kase.transports).map(
      (transport) => [`${kase.id}@${part.name ?? ''}@${transport}`, kase, part, transport] as const,
    ),
  ),
);

describe('the catalogue', () => {
  it('is sound', () => {
    expect(lintCatalogue([...catalogue])).toEqual([]);
  });

  it('has 72 cases in eighteen families, in the order of the specification', () => {
    const families = new Map<string, number>();
    for (const { id } of catalogue) {
      const family = id.split('/')[0] ?? '';
      families.set(family, (families.get(family) ?? 0) + 1);
    }
    expect([...families]).toEqual([
      ['control', 3],
      ['close', 7],
      ['freeze', 6],
      ['record', 5],
      ['missing', 5],
      ['rst', 4],
      ['hs', 7],
      ['burst', 4],
      ['frag', 5],
      ['large', 3],
      ['code', 5],
      ['cross', 6],
      ['ping', 1],
      ['tls12', 1],
      ['time', 2],
      ['net', 2],
      ['load', 2],
      ['sig', 4],
    ]);
  });

  it('finds a case by its id', () => {
    expect(findCase('freeze/answer-fin')?.title).toBe('Frozen form of the motivating bug');
    expect(findCase('freeze/answer')).toBeUndefined();
  });

  it('has a digest that changes with any of its cases and with nothing else', () => {
    const [first, ...rest] = catalogue;
    const { id, ...others } = first!;
    expect(catalogueDigest()).toMatch(/^[0-9a-f]{64}$/);
    expect(catalogueDigest()).toBe(catalogueDigest([...catalogue]));
    expect(catalogueDigest([{ ...others, id }, ...rest])).toBe(catalogueDigest());
    expect(catalogueDigest([{ ...first!, title: 'Another title' }, ...rest])).not.toBe(catalogueDigest());
    expect(catalogueDigest(rest)).not.toBe(catalogueDigest());
  });

  it('lists the cases that mostly wait', () => {
    const waiting = catalogue.filter(({ parts }) => parts.some((part) => part.waits)).map(({ id }) => id);
    expect(waiting).toEqual([
      'control/answer-then-idle',
      'freeze/timers-expired',
      'missing/no-fin-after-close',
      'missing/cn-only',
      'missing/everything',
      'cross/unanswered-close',
    ]);
  });

  it('names the parts of a case', () => {
    const names = (id: string): string => (findCase(id)?.parts ?? []).map((part) => part.name).join(' ');
    expect(names('record/split-header')).toBe(
      'a2-1 a2-2 a4-1 a4-2 a4-3 a4-4 a10-1 a10-2 a10-3 a10-4 a10-5 a10-6 a10-7 a10-8 a10-9 a10-10 c-1 c-2 c-3 tail',
    );
    expect(names('missing/fin-mid-message')).toBe('a b a-cn b-cn');
    expect(names('freeze/stutter')).toBe('1ms 2ms 5ms');
    expect(names('code/registered')).toBe('1000 1001 1003 1007 1008 1009 1010 1011 1012 1013 1014 3000 3999 4000 4999');
    expect(names('code/reserved-on-wire')).toBe('1004 1005 1006 1015 0 999 1016 2999 5000 65535');
  });
});

describe('each part on each of its transports', () => {
  it.each(variants)('%s is a script and its messages', (_, kase, part, transport) => {
    const expanded = expand(kase, part, { nonce, transport });
    expect(isDeepStrictEqual(expand(kase, part, { nonce, transport }), expanded)).toBe(true);
    const ops = expanded.script.map((step) => step.op);
    expect(ops.includes('freeze')).toBe(isFrozen(kase, part));
    expect(
      expanded.script.filter((step) => step.op === 'send').every((step) => step.records.length > 0 || step.fin),
    ).toBe(true);
    expect(expanded.reactions[0]).toEqual({ when: 'open', send: [{ text: expanded.offer }] });
  });

  it('has no alert on plain `ws`, and at most one elsewhere', () => {
    for (const [, kase, part, transport] of variants) {
      const sends = expand(kase, part, { nonce, transport }).script.flatMap((step) =>
        step.op === 'send' ? step.records : [],
      );
      const alerts = sends.filter((record) => record.kind === 'alert').length;
      expect(alerts).toBeLessThanOrEqual(transport === 'plain' ? 0 : 1);
    }
  });

  it('sends an answer of 1 KiB unless the case needs another, and nothing else above 140 bytes', () => {
    const exceptions = new Map([
      ['record/one-byte-records A', 580],
      ['record/split-header A10', 65_536],
      ['burst/mixed-types B2', 1024],
      ...[125, 126, 127, 16_383, 16_384, 16_385, 65_535, 65_536].map(
        (bytes) => [`large/length-boundaries A${bytes}`, bytes] as const,
      ),
      ...[1, 4, 16].map((count) => [`large/one-to-sixteen-mib A${count}`, count << 20] as const),
      ['large/zero-window-then-fin A', (8 << 20) - 10],
    ]);
    for (const kase of catalogue) {
      const [part] = kase.parts;
      const [transport] = kase.transports;
      const { messages } = expand(kase, part!, { nonce, transport: transport! });
      for (const [name, { payload }] of messages) {
        const exception = exceptions.get(`${kase.id} ${name}`);
        const isAnswer = kase.messages[name]?.kind === 'answer';
        const largest = exception ?? (isAnswer ? 1024 : 140);
        expect([kase.id, name, payload.length <= largest]).toEqual([kase.id, name, true]);
        expect([kase.id, name, payload.length >= (isAnswer ? largest : 0)]).toEqual([kase.id, name, true]);
      }
    }
  });

  it('has a message for each length form in `record/split-header`', () => {
    const kase = findCase('record/split-header')!;
    const { messages } = expand(kase, kase.parts[0]!, { nonce, transport: 'tls13' });
    expect([...messages.values()].map(({ payload }) => payload.length)).toEqual([60, 1024, 65_536]);
  });

  it('has a message of each length in `large/length-boundaries`, and an empty one', () => {
    const kase = findCase('large/length-boundaries')!;
    const { messages } = expand(kase, kase.parts[0]!, { nonce, transport: 'tls13' });
    expect([...messages.values()].map(({ payload }) => payload.length)).toEqual([
      0, 1, 125, 126, 127, 16_383, 16_384, 16_385, 65_535, 65_536,
    ]);
  });

  it('cuts each character of many bytes of `frag/utf8-across-fragments` at every place, and only there', () => {
    const kase = findCase('frag/utf8-across-fragments')!;
    const { messages } = expand(kase, kase.parts[0]!, { nonce, transport: 'tls13' });
    const { payload } = messages.get('U')!;
    const within = [...payload.keys()].filter((at) => (payload[at]! & 0xc0) === 0x80);
    const cuts = kase.parts.map(({ script }) =>
      script
        .flatMap((step) => (step.op === 'send' ? step.records : []))
        .flatMap((plan) => ('pieces' in plan ? plan.pieces.map((piece) => ({ plan, piece })) : []))
        .flatMap(({ plan, piece }) => {
          if (piece.piece !== 'message') return [];
          // RFC 6455 §5.2: two bytes of header.
          return piece.from === undefined && plan.record === 'data' ? (plan.from ?? 2) - 2 : (piece.from ?? 0);
        })
        .filter((from) => from > 0),
    );
    expect(cuts).toEqual([within, within, within]);
  });

  it('runs on the transports that TLS alone gives', () => {
    const tlsOnly = catalogue.filter(({ transports }) => !transports.includes('plain')).map(({ id }) => id);
    expect(tlsOnly).toEqual([
      'close/answer-cn-fin',
      'freeze/answer-cn-fin',
      'record/one-byte-records',
      'record/empty-records',
      'record/truncated-record',
      'missing/no-close-notify',
      'missing/cn-only',
      'tls12/close-notify-reply',
    ]);
    expect(catalogue.filter((kase) => kase.transports.length === transports.length)).toHaveLength(64);
  });
});

describe('the profiles', () => {
  it('list as many cases as the specification says, written or planned', () => {
    const counts = Object.entries(profiles).map(([name, { cases, planned }]) => [
      name,
      cases.length + planned.length,
      planned.length,
    ]);
    expect(counts).toEqual([
      ['smoke', 12, 0],
      ['core', 50, 0],
      ['embedded', 24, 0],
      ['tls13', 7, 6],
      ['tls12', 5, 3],
      ['browser', 44, 3],
      ['deflate', 5, 5],
      ['signaling', 5, 0],
      ['robustness', 30, 9],
      ['diagnostic', 1, 0],
      ['h2', 2, 2],
    ]);
  });

  it('name each case once, and say what they are for', () => {
    for (const { description, cases, planned } of Object.values(profiles)) {
      expect(description).toMatch(/\.$/);
      expect(new Set([...cases, ...planned]).size).toBe(cases.length + planned.length);
    }
  });

  it('leave no case of the catalogue out', () => {
    const listed = new Set(Object.values(profiles).flatMap(({ cases }) => cases));
    expect(catalogue.map(({ id }) => id).filter((id) => !listed.has(id))).toEqual([]);
  });
});

describe('the gate', () => {
  it('is `control/answer-then-linger` with a wait of 50 ms', () => {
    const full = findCase('control/answer-then-linger')!;
    const waits = (kase: Case): unknown[] =>
      kase.parts.flatMap(({ script }) => script.filter((step) => step.op === 'wait'));
    expect(waits(full)).toEqual([{ op: 'wait', ms: 2000 }]);
    expect(waits(gateCase)).toEqual([{ op: 'wait', ms: 50 }]);
    expect({ ...gateCase, parts: [] }).toEqual({ ...full, parts: [] });
    expect(gateCase.parts[0]?.expect).toEqual(full.parts[0]?.expect);
    expect(lintCatalogue([gateCase])).toEqual([]);
  });
});
