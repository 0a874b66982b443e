import type { Report } from '../../kit/core/report';
import { caseReport, report, targetReport, violated } from '../../matchers/testing/observe';
import { hostile, sampleInput } from '../testing/sample';
import { largeInput } from '../testing/large-report';
import { strictReport } from '../testing/strict-report';
import { showInput } from '../show-report';
import { sweepInput } from '../testing/sweep-sample';
import { renderHtml } from './html';
import { modelOf } from './model';
import { chooseRoom } from './page';

const page = renderHtml(sampleInput);

it('is one file that runs nothing and loads nothing', () => {
  expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
  expect(page).toMatch(
    /<meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;; style-src &#39;sha256-[\w+/=]+&#39;; base-uri &#39;none&#39;; form-action &#39;none&#39;"\/>|<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-[\w+/=]+'; base-uri 'none'; form-action 'none'"\/>/,
  );
  expect(page).not.toMatch(/<script|<link|<img|<iframe|<object|<embed|<form|@import|url\(| on\w+=| style=/);
  expect(new Set([...page.matchAll(/(?:href|src)="([^"#:]*:)/g)].map(([, scheme]) => scheme))).toEqual(
    new Set(['https:']),
  );
});

it('keeps what a target says text', () => {
  expect(hostile).toContain('<script>');
  expect(page).toContain('&lt;script>alert(1)&lt;/script>');
  // oxlint-disable-next-line no-control-regex -- none may be there
  expect(page).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
});

it('says every verdict by glyph and word', () => {
  for (const words of ['✗ violates', '? inconclusive', '~ deviates', '– not applicable', '✓ conforms']) {
    expect(page).toContain(`>${words}<`);
  }
});

it('has a page a client and a page a case, and no link into the void', () => {
  const ids = new Set([...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
  const links = [...page.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
  expect(links.filter((id) => !ids.has(id))).toEqual([]);
  expect(page).toContain('<section class="page" id="client-3"');
  expect(page).toContain('<section class="page" id="case-5"');
});

it('tells a violation: sentence, layer, drawn trial, clause, command', () => {
  expect(page).toContain(
    'In 16 of 20 trials a message that had reached the client (witness up to W2+) was not reported.',
  );
  expect(page).toContain('Lost at the TLS layer');
  expect(page).toMatch(/<svg class="t" [^>]*aria-label="1\.0 ms, endpoint: response \(122 B\); /);
  expect(page).toContain('href="https://www.rfc-editor.org/rfc/rfc6455#section-6.2"');
  expect(page).toContain('<code>lastword run ws --case freeze/answer-fin@tls13 --seed 1</code>');
  expect(page).toContain('80 % (56.3 % to 94.3 %)');
});

describe('a case that sweeps over a value', () => {
  const swept = renderHtml(sweepInput);

  it('is drawn, a curve a transport, with a table beside it', () => {
    expect(swept.match(/<svg class="s"/g)).toHaveLength(3);
    expect(swept).toContain('aria-label="time/answer-to-end-gap, fin: violating trials by value, in ms; all numbers');
    expect(swept).toMatch(/<th scope="row">0\.5<\/th><td class="r">17 of 20 \(62 to 97 %\)<\/td>/);
    expect(swept).toMatch(/<th scope="row">5<\/th><td class="r">0 of 6 \(0 to 46 %\)<\/td>/);
  });

  it('counts its many parts, where naming them would say less', () => {
    expect(swept).toContain('✗ violates <small>16 of 20 parts</small>');
    expect(swept).toContain('on 16 parts on TLS 1.2 and 14 parts on TLS 1.3: In 16 of 20 trials');
  });

  it('is not drawn where nothing violates', () => {
    const calm = ['1ms', '2ms', '5ms'].map((name) => caseReport({ id: 'time/x', variant: `${name}@tls13` }));
    expect(renderHtml({ ...sampleInput, report: report([targetReport(calm)]) })).not.toContain('<svg class="s"');
  });

  it('takes no more room than there is', () => {
    const many = Array.from({ length: 200 }, (_, at) => ({ ...sweepInput.report.targets[0], name: `client-${at}` }));
    const text = renderHtml({ ...sweepInput, report: { ...sweepInput.report, targets: many as Report['targets'] } });
    expect(Buffer.byteLength(text)).toBeLessThan(5_000_000);
    expect(text.match(/<svg class="s"/g)?.length).toBeGreaterThan(20);
  });

  it('takes none from the trials, nor from other curves, where it is too large to be drawn', () => {
    const [first, ...others] = sweepInput.report.targets;
    const targets = [{ ...(first ?? targetReport([])), cases: first?.cases.toReversed() ?? [] }, ...others];
    const model = modelOf(showInput({ ...sweepInput, report: { ...sweepInput.report, targets } }));
    // The curves over the gaps take 25 kB, that over the slices 3 kB, a verdict without its trial 2 kB.
    const { curves, trials } = chooseRoom(model, 20_000);
    expect([...curves].map((each) => each.all[0]?.id)).toEqual(['freeze/stutter']);
    expect(trials.size).toBeGreaterThan(0);
  });
});

it('tells where the packets among the evidence come from', () => {
  const file = { kind: 'pcapng', trial: 't1', bytes: 1, sha256: '0'.repeat(64) } as const;
  const evidence = [
    { ...file, path: 'evidence/a', source: 'captured' },
    { ...file, trial: 't2', path: 'evidence/b', source: 'synthesised', why: 'dumpcap ended with SIGKILL' },
  ] as const;
  const of = caseReport({ ...violated, evidence });
  const whole = report([targetReport([of])]);
  const environment = { ...whole.environment, capture: { source: 'captured', by: 'dumpcap 4', device: 'lo' } } as const;
  const text = renderHtml({ ...sampleInput, report: strictReport({ ...whole, environment }), trials: new Map() });
  expect(text).toContain('<dt>Packets</dt><dd>captured by dumpcap 4 on lo</dd>');
  expect(text).toContain('>capture for Wireshark</a> (packets as they were captured)');
  expect(text).toContain('(made of the bytes that the server sent and received: dumpcap ended with SIGKILL)');
});

it('says first what came of it', () => {
  const conclusion = (...cases: Parameters<typeof targetReport>[0]): string | undefined =>
    /<h2 id="overview-h"[^>]*>([^<]*)</.exec(
      renderHtml({ ...sampleInput, report: report([targetReport(cases)]) }),
    )?.[1];
  expect(conclusion(caseReport())).toBe('All that was judged conforms');
  expect(conclusion(caseReport({ verdict: 'violates' }))).toBe('This client violates what it must do');
  expect(conclusion(caseReport(), caseReport({ verdict: 'suspect', id: 'a/b' }))).toBe(
    'Nothing was convicted, but not everything could be judged',
  );
  expect(conclusion(caseReport({ verdict: 'violates', variant: 'plain' }))).toBe(
    'Nothing was judged that decides; plain ws: is a diagnosis, unless it is asked for',
  );
});

it.each([1, 4])('stays below five megabytes with 50 clients and 95 cases, %i of 10 of which violate', (badOfTen) => {
  const text = renderHtml(largeInput(50, 95, badOfTen));
  expect(Buffer.byteLength(text)).toBeLessThan(5_000_000);
  expect(text.match(/<article class="bad"/g)).toHaveLength(475 * badOfTen);
  expect(text.match(/<svg class="t"/g)?.length).toBeGreaterThan(0);
});

it('never tells an excuse over a verdict that it does not excuse', () => {
  const violates = { verdict: 'violates', phrase: 'It lost one.' } as const;
  const excused = caseReport({ ...violates, variant: 'tls12', exception: { reason: 'issue 7' } });
  const mixed = renderHtml({ ...sampleInput, report: report([targetReport([excused, caseReport(violates)])]) });
  const articles = mixed.split('<article ').slice(1);
  expect(articles).toEqual([
    expect.stringMatching(/^class="bad".*<b class="b">✗ violates<\/b> on TLS 1\.3: It lost one\./),
    expect.stringMatching(/^class="note".*<b class="n">✗ violates<\/b> on TLS 1\.2: It lost one\..*issue 7/),
  ]);
  expect(articles[0]).not.toContain('issue 7');
  expect(mixed).toMatch(/<td class="b"><a href="#client-1-freeze">/);
});
