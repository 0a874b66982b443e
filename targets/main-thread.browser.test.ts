/** A page that is held alone: its browser reads on, and what it read comes out behind the release. */
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { processTree } from '../kit/io/process-tree';
import { resolveTarget } from './catalogue';
import { browserOf } from './testing/browser-gate';
import { openPlainEndpoint } from './testing/plain-endpoint';
import { Recorder } from './testing/recorder';

describe.each(['chromium', 'firefox', 'webkit'])('%s', (name) => {
  const browserPath = browserOf(name);
  const withBrowser = browserPath === undefined ? it.skip : it;

  withBrowser('holds its page alone: what arrives meanwhile comes out behind the release, in order', async () => {
    const secure = await openPlainEndpoint();
    const target = await resolveTarget(name, { browserPath, freeze: 'main-thread' });
    const heard = new Recorder();
    const one = await target.launch(heard);
    let sent: () => void = () => undefined;
    const isSent = new Promise<void>((resolve) => {
      sent = resolve;
    });
    let freed: () => void = () => undefined;
    const isFrozen = new Promise<void>((resolve) => {
      freed = resolve;
    });
    const order = secure.order('held', (socket) =>
      socket.on('message', () => {
        void isFrozen.then(() => {
          for (const data of ['1', '2']) socket.send(data);
          socket.send('3', () => {
            socket.close(4001, 'bye');
            sent();
          });
        });
      }),
    );
    await one.run(order);
    await heard.until(() => heard.namesOf('held').includes('open'));
    const frozen = await one.hold?.();
    freed();
    await isSent;
    expect(heard.namesOf('held')).toEqual(['open']);
    expect(await one.ping(50)).toBe(false);
    expect(await frozen?.thaw()).toMatchObject({ how: 'main-thread', confirmed: true });
    await heard.untilDone('held');
    expect(heard.of('held').map((each) => ('data' in each ? each.data : each.event))).toEqual([
      'open',
      '1',
      '2',
      '3',
      'close',
      'done',
    ]);
    expect(await one.ping(10_000)).toBe(true);
    await one.close();
    await secure.close();
    expect(heard.breaches).toEqual([]);
  });

  const onLinux = process.platform === 'linux' ? withBrowser : it.skip;

  onLinux(
    'ends as one whose page has crashed where that crashes while it is held, and stood still to then',
    async () => {
      const target = await resolveTarget(name, { browserPath, freeze: 'main-thread' });
      const heard = new Recorder();
      const one = await target.launch(heard);
      const { pid = 0, marker } = one;
      const frozen = await one.hold?.();
      const pages = processTree(pid, marker).filter((each) => isOfPage(each));
      expect(pages).not.toEqual([]);
      for (const each of pages) process.kill(each, 'SIGKILL');
      await heard.until(() => heard.exits.length > 0);
      expect(await frozen?.thaw()).toMatchObject({ how: 'main-thread', confirmed: true });
      expect(heard.exits).toEqual([expect.objectContaining({ code: 70, signal: null, byKit: false })]);
      await one.close();
      expect(processTree(pid, marker)).toEqual([]);
      expect(
        readdirSync(tmpdir()).filter((each) => each.includes(`lastword-browser-`) && each.includes(`-${pid}-`)),
      ).toEqual([]);
    },
  );
});

/** Chromium's, WebKit's, Firefox's. */
function isOfPage(pid: number): boolean {
  const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ').trimEnd();
  return /--type=renderer|WebKitWebProcess| tab$/.test(words);
}
