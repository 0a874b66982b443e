import { bearingOf, conclusionOf, decides, type Bearing, type Concludable, type Conclusion } from './conclusion';

type Judged = Concludable['targets'][number]['cases'][number];
type Changes = { readonly [Field in keyof Judged]?: Judged[Field] };

const tls = { suite: { binding: ['tls12', 'tls13'] } } as const;
const exception = { reason: 'issue 7' } as const;
const violated = { verdict: 'violates' } as const;

function judged(changes: Changes): Judged {
  return { variant: 'tls13', verdict: 'conforms', also: [], ...changes };
}

it.each([
  ['fails', violated],
  ['fails', { verdict: 'kit-fail' }],
  ['fails', { verdict: 'violates', also: ['kit-fail'] }],
  ['unsure', { verdict: 'suspect' }],
  ['unsure', { verdict: 'suspect', also: ['deviates'] }],
  ['unsure', { verdict: 'inconclusive' }],
  ['excused', { ...violated, exception }],
  ['excused', { verdict: 'suspect', exception }],
  ['excused', { ...violated, exception, variant: 'plain' }],
  ['diagnosis', { ...violated, variant: 'plain' }],
  ['diagnosis', { verdict: 'inconclusive', variant: 'a@plain' }],
  ['inapplicable', { verdict: 'not-applicable' }],
  ['inapplicable', { verdict: 'not-applicable', variant: 'plain' }],
  ['holds', { verdict: 'conforms', variant: 'plain' }],
  ['holds', { verdict: 'conforms' }],
  ['holds', { verdict: 'deviates' }],
  ['holds', { verdict: 'observed', also: [] }],
] as const satisfies readonly (readonly [Bearing, Changes])[])('%s: %j', (bearing, changes) => {
  expect(bearingOf(tls, judged(changes))).toBe(bearing);
});

const of = (cases: readonly Changes[], changes: Partial<Concludable> = {}): Concludable => ({
  ...tls,
  targets: [{ admitted: true, cases: cases.map(judged) }],
  ...changes,
});

const refused = { admitted: false, cases: [] };

it.each([
  ['holds', 'conforms', of([{}, { verdict: 'deviates' }, { verdict: 'not-applicable' }])],
  ['holds', 'quiet', of([{ verdict: 'observed' }])],
  ['holds', 'known', of([{}, { ...violated, exception }], { baseline: [{ state: 'needed' }] })],
  ['fails', 'convicted', of([{}, violated, { verdict: 'inconclusive' }])],
  ['fails', 'convicted', of([{ verdict: 'kit-fail' }], { baseline: [{ state: 'stale' }] })],
  ['fails', 'stale', of([{}, { verdict: 'inconclusive' }], { baseline: [{ state: 'stale' }] })],
  ['fails', 'convicted', of([{ ...violated, variant: 'plain' }], { suite: { binding: ['plain'] } })],
  ['unsure', 'open', of([{}, { verdict: 'suspect' }])],
  ['unsure', 'open', of([], { targets: [{ admitted: true, cases: [judged({})] }, refused] })],
  ['unsure', 'open', of([], { targets: [refused] })],
  ['unsure', 'unjudged', of([])],
  ['unsure', 'unjudged', of([{ verdict: 'not-applicable' }, { ...violated, variant: 'plain' }])],
  ['unsure', 'unjudged', of([{ variant: 'plain' }])],
] as const satisfies readonly (readonly [Conclusion['kind'], Conclusion['why'], Concludable])[])(
  '%s, %s: %#',
  (kind, why, whole) => {
    expect(conclusionOf(whole)).toMatchObject({ kind, why });
  },
);

it('counts what decides', () => {
  const whole = of([{}, violated, { ...violated, exception }, { verdict: 'suspect' }, { variant: 'plain' }]);
  expect(conclusionOf(whole)).toEqual({
    kind: 'fails',
    why: 'convicted',
    decisive: 4,
    fails: 1,
    unsure: 1,
    excused: 1,
    conforms: 1,
    refused: 0,
    stale: 0,
  });
});

it('is decided by the transports that were asked for', () => {
  expect(decides(tls, { variant: 'a@tls12' })).toBe(true);
  expect(decides(tls, { variant: 'plain' })).toBe(false);
  expect(decides({ suite: { binding: ['plain'] } }, { variant: 'plain' })).toBe(true);
});
