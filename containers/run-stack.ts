/** `lastword run --server NAME`: the server's container for one run, and what it puts on the wire, recorded first. */
import { transports, type Transport } from '../kit/core/case';
import { describeRecordings } from '../kit/core/describe-recording';
import type { Endpoint } from '../kit/core/endpoint';
import { makeMessage } from '../kit/core/message';
import { factsOfRecording } from '../kit/core/recording-facts';
import type { ServerRecording } from '../kit/core/server-recording';
import { recordServer } from '../kit/io/record-server';
import { openEngine } from './engine';
import { retryEngine } from './retry-engine';
import { openRunScope } from './run-scope';
import { hasReaper } from './endpoint-container';
import { StackContainer, type StartedStackContainer } from './stack-container';
import { stackEndpoint, type StackHabits } from './stack-endpoint';

/** Recordings of each transport before the run. */
const times = 3;

/**
 * Starts the server on a network that goes with it. The `close` of the endpoint removes both.
 * @throws {KitError} `ENGINE`, `IMAGE`, `SERVER`
 */
export async function startRunStack(name: string, log: (line: string) => void): Promise<Endpoint> {
  const scope = await openRunScope(await openEngine(), log);
  try {
    const withReaper = await hasReaper(scope.engine);
    const start = (): Promise<StartedStackContainer> =>
      new StackContainer(name)
        .withProgress(scope.log)
        .withLabels({ ...scope.labels })
        .withNetworkMode(scope.network)
        .withAutoCleanup(withReaper)
        .start();
    const container = await retryEngine(`the container of ${name}`, start, scope.log);
    const recordings = new Map<Transport, readonly ServerRecording[]>();
    for (const transport of transports) recordings.set(transport, await recordStack(container, transport));
    const wire = [...recordings].map(([transport, each]) => ({
      transport,
      seen: describeRecordings(each)[0]?.text ?? '',
    }));
    const close = async (): Promise<void> => {
      await container.stop();
      await scope.close();
    };
    return stackEndpoint({ container, server: { name, wire }, habits: habitsOf(recordings), close });
  } catch (error) {
    await scope.close();
    throw error;
  }
}

/** By a client that echoes nothing, so that nothing of its own gets between; with an answer of the size that cases have. */
async function recordStack(
  container: StartedStackContainer,
  transport: Transport,
): Promise<readonly ServerRecording[]> {
  const recordings: ServerRecording[] = [];
  const answer = makeMessage('A', { kind: 'answer' }, '0'.repeat(32)).payload.toString('utf8');
  for (let time = 0; time < times; time++) {
    const trial = `recording-${transport}-${time}`;
    container.control.prepare({ trial, answer, hold: false });
    const url = new URL(container.url(transport, trial));
    const chatter = (): string => '';
    recordings.push(
      await recordServer({
        url,
        ca: container.caPem,
        headers: [],
        mode: 'no-echo',
        offer: '{"type":"offer"}',
        chatter,
      }),
    );
    container.control.forget(trial);
  }
  return recordings;
}

/** The most that came before the echo, in any recording of a transport; and whether TCP ended in any. */
function habitsOf(recordings: ReadonlyMap<Transport, readonly ServerRecording[]>): StackHabits {
  const unechoed = (recording: ServerRecording): number => {
    const { offerNs, clientCloseNs = Infinity } = factsOfRecording(recording);
    return recording.records
      .filter(({ atNs }) => atNs > offerNs && atNs < clientCloseNs)
      .reduce((sum, { wireBytes }) => sum + wireBytes, 0);
  };
  return Object.fromEntries(
    [...recordings].map(([transport, each]) => [
      transport,
      {
        answerBytes: Math.max(...each.map(unechoed)),
        hangsUp: each.some((recording) => factsOfRecording(recording).hasHungUp),
      },
    ]),
  );
}
