/** The page of a browser, held: what counts as standing still. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';

const source = readFileSync(join(__dirname, 'adapter-kit', 'page.mjs'), 'utf8').replaceAll(
  'export function',
  'function',
);

/** A page whose synchronous requests do what they are told to, one after the other. */
function openPage(...requests: readonly ((page: Page) => void)[]) {
  const told: unknown[] = [];
  const queue = [...requests];
  const page: Page = { nowMs: 0, listeners: new Map(), asked: [] };
  const globals = {
    tell: (text: string) => told.push(JSON.parse(text)),
    performance: { now: () => page.nowMs },
    WebSocket: class {
      readonly readyState = 0;
      send(): void {
        throw new Error('nothing is sent');
      }
      close(): void {
        page.listeners.clear();
      }
      addEventListener(name: string, listener: (event: object) => void): void {
        page.listeners.set(name, listener);
      }
    },
    XMLHttpRequest: class {
      status = 200;
      open(_method: string, url: string): void {
        page.asked.push(url);
      }
      send(): void {
        queue.shift()?.(page);
      }
    },
  };
  const context = createContext(globals);
  runInContext(`${source}; drivePage('tell');`, context);
  return { told, page, run: (code: string) => void runInContext(code, context) };
}

interface Page {
  nowMs: number;
  readonly listeners: Map<string, (event: object) => void>;
  readonly asked: string[];
}

const hold = "lastword.hold(3, 'http://holder/3')";
const fails = (): void => {
  throw new Error('NetworkError');
};

it('stood still where nothing of it ran before the answer', () => {
  const { told, page, run } = openPage(() => undefined);
  run(hold);
  expect(page.asked).toEqual(['http://holder/3']);
  expect(told).toEqual([{ event: 'released', id: 3, confirmed: true }]);
});

it('did not stand still where a handler ran meanwhile', async () => {
  const { told, run } = openPage(({ listeners }) => listeners.get('message')?.({ data: 'a' }));
  run("lastword.run({ trial: 'T', url: 'ws://localhost/' })");
  // The page listens once its `connect` has returned.
  await Promise.resolve();
  run(hold);
  expect(told).toEqual([
    { event: 'message', trial: 'T', data: 'a', tNs: 0 },
    { event: 'released', id: 3, confirmed: false, reason: 'handlers of the page ran meanwhile: 1' },
  ]);
});

it('did not stand still where its question could not be asked', () => {
  const { told, run } = openPage(fails);
  run(hold);
  expect(told).toEqual([{ event: 'released', id: 3, confirmed: false, reason: 'Error: NetworkError' }]);
});

it('asks again where its browser waits no longer', () => {
  const tired = (page: Page): void => {
    page.nowMs += 10_000;
    fails();
  };
  const { told, page, run } = openPage(tired, tired, () => undefined);
  run(hold);
  expect(page.asked).toHaveLength(3);
  expect(told).toEqual([{ event: 'released', id: 3, confirmed: true }]);
});
