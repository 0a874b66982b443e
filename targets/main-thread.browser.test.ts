/** A page that is held alone: its browser reads on, and what it read comes out behind the release. */
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
});
