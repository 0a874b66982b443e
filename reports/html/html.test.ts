import { caseReport, report, targetReport } from '../../matchers/testing/observe';
import { hostile, sampleInput } from '../testing/sample';
import { largeInput } from '../testing/large-report';
import { renderHtml } from './html';

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
    expect.stringMatching(/^class="bad".*<b class="b">✗ violates<\/b> on tls13: It lost one\./),
    expect.stringMatching(/^class="note".*<b class="n">✗ violates<\/b> on tls12: It lost one\..*issue 7/),
  ]);
  expect(articles[0]).not.toContain('issue 7');
  expect(mixed).toMatch(/<td class="b"><a href="#client-1-freeze">/);
});
