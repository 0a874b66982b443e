/** The page in a real browser: what it shows, that axe finds nothing, how long it takes. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { sampleInput } from '../testing/sample';
import { largeInput } from '../testing/large-report';
import { sweepInput } from '../testing/sweep-sample';
import { renderHtml } from './html';

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
const isRequired = process.env['LASTWORD_BROWSERS'] === 'required';
if (executablePath === undefined && isRequired) throw new Error('no browser: install the package chromium');
if (executablePath === undefined)
  console.warn('skipped: the HTML report in a browser, none is here (package chromium)');
const withBrowser = executablePath === undefined ? it.skip : it;

const axeFile = require.resolve('axe-core/axe.min.js');
const folder = mkdtempSync(join(tmpdir(), 'lastword-html-'));
let browser: Browser;
let context: BrowserContext;
let page: Page;
let said: string[];

function write(name: string, input: typeof sampleInput): string {
  const file = join(folder, name);
  writeFileSync(file, renderHtml(input));
  return pathToFileURL(file).href;
}

const small = write('small.html', sampleInput);
const swept = write('swept.html', sweepInput);

beforeAll(async () => {
  if (executablePath === undefined) return;
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
});

afterAll(async () => {
  if (executablePath !== undefined) await browser.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A page of its own; scripts are off, as a policy elsewhere may have it, unless a test brings its own. */
async function open(url: string, options: Parameters<Browser['newContext']>[0] = {}): Promise<void> {
  context = await browser.newContext({ javaScriptEnabled: false, ...options });
  page = await context.newPage();
  said = [];
  page.on('console', (message) => said.push(message.text()));
  page.on('dialog', (dialog) => said.push(`dialog ${dialog.message()}`));
  page.on('request', (request) => {
    if (!request.url().startsWith('file:')) said.push(`request ${request.url()}`);
  });
  await page.goto(url);
}

const visible = (selector: string): Promise<boolean> => page.locator(selector).isVisible();

withBrowser('shows the overview, then one page at a time, without scripts', async () => {
  await open(small);
  expect(await visible('#overview')).toBe(true);
  expect(await visible('#client-1')).toBe(false);
  await page.getByRole('link', { name: 'ws', exact: true }).first().click();
  expect(await visible('#client-1')).toBe(true);
  expect(await visible('#overview')).toBe(false);
  await page.getByRole('link', { name: 'All clients' }).locator('visible=true').click();
  expect(await visible('#overview')).toBe(true);
  expect(said).toEqual([]);
  await context.close();
});

withBrowser('leaves out what conforms, by keyboard alone', async () => {
  await open(`${small}#client-1`);
  expect(await visible('#client-1-control')).toBe(true);
  await page.locator('#all').focus();
  await page.keyboard.press('ArrowRight');
  expect(await visible('#client-1-control')).toBe(false);
  expect(await visible('#client-1-freeze')).toBe(true);
  await context.close();
});

withBrowser('draws a trial with its words beside the lanes', async () => {
  await open(`${small}#client-1`);
  await page.locator('#client-1 summary').first().click();
  const figure = page.locator('#client-1 svg.t').first();
  expect(await figure.isVisible()).toBe(true);
  expect(await figure.textContent()).toContain('close 1006');
  await context.close();
});

withBrowser('runs nothing that a target says', async () => {
  await open(`${small}#client-2`, { javaScriptEnabled: true });
  expect(await page.locator('#client-2 h2').textContent()).toContain('<script>alert(1)</script>');
  expect(await page.evaluate('document.scripts.length')).toBe(0);
  expect(said).toEqual([]);
  await context.close();
});

describe.each(['light', 'dark'] as const)('axe, %s', (colorScheme) => {
  withBrowser.each([
    ['a small report', small, 1280],
    ['a client', `${small}#client-1`, 1280],
    ['a client', `${small}#client-1`, 390],
    ['a hostile client', `${small}#client-2`, 1280],
    ['a client that was refused', `${small}#client-3`, 1280],
    ['a case', `${small}#case-1`, 390],
    ['curves', `${swept}#client-1`, 1280],
    ['curves', `${swept}#client-1`, 390],
  ])('finds nothing at %s (%s), %i px', async (_, url, width) => {
    // The policy keeps axe out as it keeps out every script: the test goes past it.
    await open(url, {
      javaScriptEnabled: true,
      bypassCSP: true,
      colorScheme,
      viewport: { width, height: 900 },
    });
    for (const summary of await page.locator('summary:visible').all()) await summary.click();
    await page.addScriptTag({ content: readFileSync(axeFile, 'utf8') });
    const violations = await page.evaluate(async () => {
      const { axe } = globalThis as unknown as {
        axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
      };
      const found = await axe.run();
      return found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`);
    });
    expect(violations).toEqual([]);
    await context.close();
  });
});

withBrowser('is no wider than a phone', async () => {
  const anchors = ['', '#client-1', '#client-2', '#case-1'].map((anchor) => small + anchor);
  for (const anchor of [...anchors, `${swept}#client-1`]) {
    await open(anchor, { javaScriptEnabled: true, viewport: { width: 390, height: 800 } });
    expect([anchor, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([anchor, 390]);
    await context.close();
  }
});

withBrowser('paints 50 clients and 95 cases within a second', async () => {
  const large = write('large.html', largeInput(50, 95));
  const times: number[] = [];
  // Somebody else may have the processor: the best of some loads is what the page takes.
  for (let round = 0; round < 5; round += 1) {
    await open(large, { javaScriptEnabled: true });
    await page.waitForFunction(() => performance.getEntriesByName('first-contentful-paint').length > 0);
    times.push(
      await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Infinity),
    );
    await context.close();
  }
  expect(Math.min(...times)).toBeLessThan(1000);
});
