/** Browsers as their owners start them: by Playwright, by Puppeteer, behind a proxy. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium, type Browser } from 'playwright-core';
import { launch } from 'puppeteer-core';
import type { DrivenPage } from '../driven-page';

/** A browser of somebody's test, and what only its driver can do. */
export interface OwnBrowser extends AsyncDisposable {
  /** Opens a page in a context of its own. */
  open(url: string, options?: { readonly trusts?: boolean }): Promise<OwnPage>;
}

export interface OwnPage extends DrivenPage {
  goto(url: string): Promise<unknown>;
  close(): Promise<void>;
}

export async function startByPlaywright(executablePath: string): Promise<OwnBrowser> {
  const browser = await chromium.launch({ executablePath });
  return { open: openByPlaywright(browser), [Symbol.asyncDispose]: () => browser.close() };
}

function openByPlaywright(browser: Browser): OwnBrowser['open'] {
  return async (url, { trusts = true } = {}) => {
    const page = await browser.newPage({ ignoreHTTPSErrors: trusts });
    await page.goto(url);
    return page;
  };
}

/** A browser behind a proxy, both started by this process. */
export async function startBehindProxy(executablePath: string): Promise<OwnBrowser> {
  const proxy = spawn(process.execPath, [join(__dirname, 'tunnel.mjs')], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [port] = await once(createInterface({ input: proxy.stdout }), 'line');
  // Without the rule nothing of the loopback goes by a proxy.
  const own = { server: `http://127.0.0.1:${port}`, bypass: '<-loopback>' };
  const browser = await chromium.launch({ executablePath, proxy: own });
  return {
    open: openByPlaywright(browser),
    [Symbol.asyncDispose]: async () => {
      await browser.close();
      proxy.kill('SIGKILL');
    },
  };
}

/** A browser that this process did not start, and knows no process of. */
export async function startElsewhere(executablePath: string): Promise<OwnBrowser> {
  const script = `require('playwright-core').chromium.launchServer({ executablePath: process.argv[1], host: '127.0.0.1' })
    .then((server) => console.log(server.wsEndpoint()));`;
  // Of a shell that has gone: nothing of it descends from here.
  const shell = spawn('sh', ['-c', '"$@" & echo $!', 'sh', process.execPath, '-e', script, executablePath], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  const lines: string[] = [];
  for await (const line of createInterface({ input: shell.stdout })) {
    lines.push(line);
    if (lines.length === 2) break;
  }
  const browser = await chromium.connect(lines.find((line) => line.startsWith('ws:')) ?? '');
  return {
    open: openByPlaywright(browser),
    [Symbol.asyncDispose]: async () => {
      await browser.close();
      process.kill(Number(lines.find((line) => /^\d+$/.test(line))), 'SIGTERM');
    },
  };
}

export async function startByPuppeteer(browserName: 'chrome' | 'firefox', executablePath: string): Promise<OwnBrowser> {
  const args = browserName === 'chrome' && process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  // Behind an abnormal close it would wait for seconds before it connects to the same address again.
  const extraPrefsFirefox = { 'network.websocket.delay-failed-reconnects': false };
  const start = (acceptInsecureCerts: boolean) =>
    launch({ browser: browserName, executablePath, acceptInsecureCerts, args, extraPrefsFirefox });
  const trusting = await start(true);
  const others = [trusting];
  return {
    open: async (url, { trusts = true } = {}) => {
      const browser = trusts ? trusting : await start(false);
      if (!trusts) others.push(browser);
      const page = await browser.newPage();
      await page.goto(url);
      return page;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(others.map((each) => each.close()));
    },
  };
}
