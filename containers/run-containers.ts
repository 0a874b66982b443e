/** What the command line makes of containers: one scope and one endpoint for a whole run. */
import type { Endpoint } from '../kit/core/endpoint';
import { findCgroup } from '../kit/io/cgroup';
import { LastwordEndpointContainer, StartedLastwordEndpointContainer, type ContainerPath } from './endpoint-container';
import { openEngine, type Engine } from './engine';
import { retryEngine } from './retry-engine';
import { openRunScope, type RunScope } from './run-scope';

export interface EndpointOptions {
  /** Default: found out. */
  readonly path?: ContainerPath | undefined;
}

/** Starts the run's endpoint; its `close` ends the container, and leaves the scope. */
export async function startContainerEndpoint(scope: RunScope, options: EndpointOptions = {}): Promise<Endpoint> {
  const container = (): LastwordEndpointContainer => {
    const made = new LastwordEndpointContainer()
      .withProgress(scope.log)
      .withLabels({ ...scope.labels })
      .withNetworkMode(scope.network);
    return options.path === undefined ? made : made.withPath(options.path);
  };
  const started = await retryEngine('the endpoint’s container', () => container().start(), scope.log);
  return started.endpoint;
}

export interface RunContainersOptions extends EndpointOptions {
  /** Clients will run in containers beside the endpoint. */
  readonly forClients?: boolean;
}

/** All that a run has in an engine. */
export interface RunContainers {
  /** What a client's container is started with: see `ContainerSite` of the targets. */
  readonly site: {
    readonly docker: Engine['docker'];
    readonly architecture: string;
    readonly labels: RunScope['labels'];
    readonly network: string;
    readonly log: (line: string) => void;
    retry<Value>(what: string, action: () => Promise<Value>): Promise<Value>;
    /** Has the end of the run wait for it. */
    track(work: Promise<unknown>): void;
    /** @throws {TypeError} the endpoint has not started */
    caPem(): string;
  };
  /** The run's endpoint; its `close` removes all that was made. */
  startEndpoint(): Promise<Endpoint>;
  /** Removes all that was made, where no endpoint has. Never rejects. */
  close(): Promise<void>;
}

/** @throws {KitError} `ENGINE`, `TESTCONTAINERS` */
export async function openRunContainers(
  options: RunContainersOptions,
  log: (line: string) => void,
): Promise<RunContainers> {
  const engine = await openEngine();
  const scope = await openRunScope(engine, log);
  let endpoint: Endpoint | undefined;
  let closing: Promise<void> | undefined;
  const tracked: Promise<unknown>[] = [];
  const close = (): Promise<void> => (closing ??= Promise.allSettled(tracked).then(() => scope.close()));
  return {
    site: {
      docker: engine.docker,
      architecture: engine.architecture,
      labels: scope.labels,
      network: scope.network,
      log,
      retry: (what, action) => retryEngine(what, action, log),
      track: (work) => void tracked.push(Promise.allSettled([work])),
      caPem: () => {
        if (endpoint === undefined) throw new TypeError('the endpoint has not started');
        return endpoint.caPem;
      },
    },
    startEndpoint: async () => {
      try {
        const started = await startContainerEndpoint(scope, options);
        endpoint = started;
        const isBlind = options.forClients === true && !(await seesContainers(scope));
        return withChanges(started, {
          close: async () => {
            await started.close();
            await close();
          },
          ...(isBlind ? { limits: [...started.limits, blindness] } : {}),
        });
      } catch (error) {
        await close();
        throw error;
      }
    },
    close,
  };
}

/**
 * An endpoint in a container, for the option `endpoint` of a suite or a run.
 *
 * @param of nothing, or options: each run gets a container of its own. A started container: it serves the run, and is yours
 * to stop.
 * @example
 * describeConformance('ws', { endpoint: containerEndpoint() });
 */
export function containerEndpoint(
  of: EndpointOptions | StartedLastwordEndpointContainer = {},
): () => Promise<Endpoint> {
  if (of instanceof StartedLastwordEndpointContainer) {
    return () => Promise.resolve(withChanges(of.endpoint, { close: () => Promise.resolve() }));
  }
  return () => startRunEndpoint(of, (line) => void process.stderr.write(`lastword: ${line}\n`));
}

/** An endpoint of which the `close` removes all that was made for it in the engine. */
export async function startRunEndpoint(options: EndpointOptions, log: (line: string) => void): Promise<Endpoint> {
  return (await openRunContainers(options, log)).startEndpoint();
}

/** The same endpoint with another end, say. */
function withChanges(endpoint: Endpoint, changes: Partial<Pick<Endpoint, 'close' | 'limits'>>): Endpoint {
  return new Proxy(endpoint, {
    get: (of, name) => {
      if (name in changes) return Reflect.get(changes, name);
      const value: unknown = Reflect.get(of, name);
      return typeof value === 'function' ? value.bind(of) : value;
    },
  });
}

const blindness =
  'the engine’s containers are not this machine’s to see: a pause rests on the engine’s word, and who holds a client’s socket is unknown';

/** Whether what runs in the containers of a run can be seen from here. */
async function seesContainers({ engine, labels }: RunScope): Promise<boolean> {
  const filters = { label: Object.entries(labels).map(([name, value]) => `${name}=${value}`) };
  const [any] = await engine.docker.listContainers({ filters });
  if (any === undefined) return false;
  const { State } = await engine.docker.getContainer(any.Id).inspect();
  return findCgroup(State.Pid, any.Id) !== undefined;
}
