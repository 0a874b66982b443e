/** Whom a browser trusts: the CA that an order names and no other, or everybody, and then it says so. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveTarget } from './catalogue';
import { browserOf, hasCertutil } from './testing/browser-gate';
import { openPlainEndpoint } from './testing/plain-endpoint';
import { Recorder } from './testing/recorder';

describe.each(['chromium', 'firefox'])('%s', (name) => {
  const browserPath = hasCertutil() ? browserOf(name) : undefined;
  const withBrowser = browserPath === undefined ? it.skip : it;

  async function launch(env: Readonly<Record<string, string>> = {}) {
    const heard = new Recorder();
    const target = await resolveTarget(name, { browserPath, env });
    return { session: await target.launch(heard), heard };
  }

  withBrowser('trusts the CA of each order, and none that it was not told of', async () => {
    const [first, second] = [await openPlainEndpoint(), await openPlainEndpoint()];
    const { session, heard } = await launch();
    expect(session.hello.client.trust).toBe('CA in a throw-away NSS database');
    for (const [trial, endpoint] of [
      ['first', first],
      ['second', second],
      ['first-again', first],
    ] as const) {
      await session.run(endpoint.order(trial, (socket) => socket.close(1000)));
      await heard.untilDone(trial);
      expect(heard.namesOf(trial)).toEqual(['open', 'close', 'done']);
    }
    const stranger = await openPlainEndpoint();
    const { caFile: _caFile, ...order } = stranger.order('stranger', () => undefined);
    await session.run(order);
    await heard.untilDone('stranger');
    expect(heard.namesOf('stranger')).toEqual(['error', 'close', 'done']);
    await session.close();
    await Promise.all([first, second, stranger].map((each) => each.close()));
  });

  withBrowser('ignores certificate errors where there is no database, and says so', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lastword-no-certutil-'));
    writeFileSync(join(folder, 'certutil'), '#!/bin/sh\necho out of order >&2\nexit 3\n', { mode: 0o755 });
    const endpoint = await openPlainEndpoint();
    const { session, heard } = await launch({ PATH: `${folder}:${process.env['PATH']}` });
    expect(session.hello.client.trust).toBe('certificate errors ignored');
    expect(session.stderrTail()).toContain('no NSS database can be made: certutil: out of order');
    await session.run(endpoint.order('ignored', (socket) => socket.close(1000)));
    await heard.untilDone('ignored');
    expect(heard.namesOf('ignored')).toEqual(['open', 'close', 'done']);
    await session.close();
    await endpoint.close();
    rmSync(folder, { recursive: true });
  });
});
