/**
 * Firefox, headless, with one page that every connection of its life is made in. The page reports over a channel of
 * WebDriver BiDi, in the order of the calls, and reacts by itself, in its own handlers. BiDi is spoken here and not through
 * a driver: drivers fetch the arguments of such a call by a question of their own, and lose the order of two.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { openBidi } from '../adapter-kit/bidi.mjs';
import { openHolder } from '../adapter-kit/holder.mjs';
import { drivePage } from '../adapter-kit/page.mjs';
import { endChild } from '../adapter-kit/processes.mjs';
import { note, openBrowserStage, serveBrowser, tellName } from '../adapter-kit/serve-browser.mjs';
import { openTrustStore, trustWords } from '../adapter-kit/trust-store.mjs';

const [, , program] = process.argv;
const stage = openBrowserStage();
const longestGreeting = 100_000;
// In place of a page whose process has gone Firefox shows one of its own, which nobody may call into; what was under way
// is evaluated there once more.
const isOfAnotherPage = /parent process browsing contexts|lastword is not defined/;

const preferences = {
  // After an abnormal close it would wait for seconds before it connects again.
  'network.websocket.delay-failed-reconnects': false,
  'privacy.reduceTimerPrecision': false,
  'browser.startup.page': 0,
  'browser.startup.homepage_override.mstone': 'ignore',
  'datareporting.policy.dataSubmissionEnabled': false,
  'toolkit.telemetry.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'app.normandy.enabled': false,
  'extensions.update.enabled': false,
  'browser.safebrowsing.malware.enabled': false,
  'browser.safebrowsing.phishing.enabled': false,
};

async function launch() {
  const profile = join(stage.folder, 'profile');
  mkdirSync(profile);
  const store = openTrustStore(profile, note);
  const lines = Object.entries(preferences).map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});\n`);
  writeFileSync(join(profile, 'user.js'), lines.join(''));
  const options = ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port', '0', 'about:blank'];
  const child = spawn(program, options, { env: stage.env, stdio: ['ignore', 'ignore', 'pipe'] });
  stage.watch(child);
  const url = await new Promise((resolve) => {
    let said = '';
    const listen = (bytes) => {
      said = (said + bytes).slice(-longestGreeting);
      const found = /WebDriver BiDi listening on (ws:\/\/\S+)\r?\n/.exec(said)?.[1];
      if (found === undefined) return;
      child.stderr.off('data', listen);
      resolve(found);
    };
    child.stderr.on('data', listen);
  });
  return { child, store, url };
}

async function drive() {
  const holder = await openHolder();
  const { child, store, url } = await launch();
  let hear = () => undefined;
  let page;
  const bidi = await openBidi(url, {
    capabilities: { acceptInsecureCerts: store === undefined },
    onEnd: () => stage.failSoon('the browser’s automation channel ended'),
    events: {
      'script.message': ({ channel, data }) => channel === tellName && hear(data.value),
      'log.entryAdded': ({ text }) => note(`console: ${text}`),
      'browsingContext.contextDestroyed': ({ context }) => context === page && stage.end('the page ended'),
    },
  });
  page = (await bidi.send('browsingContext.getTree')).contexts[0].context;
  const target = { context: page };
  await bidi.send('browsingContext.navigate', { context: page, url: holder.pageUrl, wait: 'complete' });
  await bidi.send('script.callFunction', {
    functionDeclaration: `(tell) => { globalThis.${tellName} = tell; (${drivePage})(${JSON.stringify(tellName)}); }`,
    arguments: [{ type: 'channel', value: { channel: tellName } }],
    awaitPromise: false,
    target,
  });
  const ready = { expression: 'lastword.ready.then(() => 0)', awaitPromise: true, target };
  const { exceptionDetails: whyNotHeld } = await bidi.send('script.evaluate', ready);
  if (whyNotHeld) note(`the page cannot be held: ${whyNotHeld.text}`);

  const hasFailed = (why) => {
    if (isOfAnotherPage.test(why)) stage.end('the page’s process ended');
    else if (!stage.isEnding) note(`page: ${why}`);
  };
  const call = (expression, answered = () => undefined) => {
    bidi.send('script.evaluate', { expression, awaitPromise: false, target }).then(
      ({ exceptionDetails }) => (exceptionDetails ? hasFailed(exceptionDetails.text) : answered()),
      (error) => hasFailed(error.message),
    );
  };
  const trust = store ? trustWords.store : trustWords.nothing;
  const client = { name: 'firefox', version: bidi.version, runtime: 'headless, WebDriver BiDi', trust };
  const close = () => endChild(child, 'SIGKILL');
  hear = serveBrowser(stage, { client, holder, canHold: !whyNotHeld, store, call, close });
}

drive().catch((error) => stage.end(`${program} cannot be driven as Firefox: ${error.message}`));
