/** The end of a browser's adapter, with a program that is no browser: it runs until it is killed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';

const onUnix = process.platform === 'win32' ? describe.skip : describe;
const kit = JSON.stringify(pathToFileURL(join(__dirname, 'serve-browser.mjs')).href);

/** What comes of an adapter whose browser runs when this body does. */
async function play(body: string, given = '') {
  const program = `
    import { spawn } from 'node:child_process';
    import { openBrowserStage, serveBrowser } from ${kit};
    const stage = openBrowserStage();
    const child = spawn('sleep', ['600'], { stdio: 'ignore' });
    stage.watch(child);
    const holder = { onHeld: () => undefined };
    const hear = serveBrowser(stage, { client: {}, holder, call: () => undefined, close: () => undefined, ${given} });
    const report = (event) => hear(JSON.stringify({ event, trial: 't1' }));
    console.error([child.pid, stage.folder].join());
    ${body}`;
  const adapter = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'pipe' });
  const [said, noted, end] = await Promise.all([
    text(adapter.stdout),
    text(adapter.stderr),
    once(adapter, 'exit') as Promise<unknown[]>,
  ]);
  const [first = '', ...why] = noted.trim().split('\n');
  const [pid, folder = ''] = first.split(',');
  const events = said
    .trim()
    .split('\n')
    .map((line) => String(/"event":"([a-z]+)"/.exec(line)?.[1]));
  return { pid: Number(pid), folder, end, said, events, why };
}

onUnix('an adapter whose browser runs', () => {
  it.each([
    ['end', [70, null]],
    ['fail', [null, 'SIGTERM']],
  ])('ends by `%s` when that has ended, leaves nothing, and says nothing more', async (how, end) => {
    const ended = await play(`report('open'); stage.${how}('the page crashed'); report('close');`);
    expect(ended).toMatchObject({ end, events: ['hello', 'open'], why: ['the page crashed'] });
    expect(() => process.kill(ended.pid, 0)).toThrow('ESRCH');
    expect(existsSync(ended.folder)).toBe(false);
  });

  it.each([
    ['', true],
    ['canHold: false', false],
  ])('lists `hold` where its page can be held: %s', async (given, expected) => {
    const { said } = await play(`stage.end('');`, given);
    expect(said.includes('"hold"')).toBe(expected);
  });
});
