import type { Channel } from './control-channel';
import { whenReady } from './endpoint-client';
import { measureClock } from './foreign-clock';
import { portOfChannel } from './remote-endpoint';

/** A channel with nobody at the other end. */
function channel(): Channel & { endWith(why?: string): void } {
  let onEnd: (why: string | undefined) => void = () => undefined;
  return {
    say: () => undefined,
    listen: (_, ended) => {
      onEnd = ended;
    },
    end: () => undefined,
    endWith: (why) => onEnd(why),
  };
}

test('whoever listens to a port is told when its channel ends', () => {
  const failures: string[] = [];
  const ending = channel();
  const port = portOfChannel(ending, 'the container');
  port.listen(
    () => undefined,
    (error) => failures.push(error.message),
  );
  ending.endWith('ECONNRESET');
  expect(failures).toEqual(['the container ended: ECONNRESET']);
});

test('whoever listens to a port later than that is told at once', async () => {
  const ending = channel();
  const port = portOfChannel(ending, 'the container');
  ending.endWith();
  await expect(whenReady(port)).rejects.toThrow('the container ended');
  await expect(measureClock(port)).rejects.toThrow('the container ended');
  await port.ended;
});
