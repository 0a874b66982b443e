const { describeConformance } = require('lastword/jest');
const { fromPage } = require('lastword/targets');
const { buildSync } = require('esbuild');
const { chromium } = require('playwright-core');

// Whatever builds and serves your application does; this is a page with nothing but a script.
const [script] = buildSync({ entryPoints: ['conformance.js'], bundle: true, write: false }).outputFiles;

let browser;
beforeAll(async () => {
  browser = await chromium.launch({ executablePath: process.env.CHROME_PATH });
});
afterAll(() => browser.close());

async function openPage() {
  const page = await browser.newPage({ ignoreHTTPSErrors: true });
  await page.addScriptTag({ content: script.text });
  return page;
}

describeConformance(fromPage(openPage, { name: 'my app' }), { profile: 'smoke' });
