/**
 * An endpoint that vanishes without a word is noticed: a container that is removed or paused by somebody sends no FIN, and
 * TCP alone would wait for a quarter of an hour.
 */
import type { EndpointPort } from './endpoint-client';
import type { FromEndpoint } from './endpoint-messages';

/** Between two questions, in ms. */
const beatMs = 2000;
/** Questions in a row without a word; counted, and not timed, since a kit that stands still hears nothing either. */
const mostUnanswered = 15;

/** A port that fails where nothing is heard for half a minute. What is asked for is what the clock shows. */
export function withHeartbeat(port: EndpointPort, name: string): EndpointPort {
  const failures: ((error: Error) => void)[] = [];
  let gone: Error | undefined;
  let unanswered = 0;
  let end: () => void = () => undefined;
  const vanished = new Promise<void>((resolve) => {
    end = resolve;
  });
  const timer = setInterval(() => {
    unanswered += 1;
    if (unanswered <= mostUnanswered) {
      port.say({ op: 'clock' });
      return;
    }
    clearInterval(timer);
    end();
    gone = new Error(`${name} has not answered for ${(mostUnanswered * beatMs) / 1000} s`);
    for (const onFailure of failures) onFailure(gone);
  }, beatMs);
  timer.unref();
  port.listen(
    () => {
      unanswered = 0;
    },
    () => clearInterval(timer),
  );
  return {
    say: (message) => port.say(message),
    listen: (onMessage: (message: FromEndpoint) => void, onFailure) => {
      failures.push(onFailure);
      port.listen(onMessage, onFailure);
      if (gone !== undefined) onFailure(gone);
    },
    ended: Promise.race([port.ended, vanished]),
  };
}
