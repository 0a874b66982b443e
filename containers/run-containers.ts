/** What the command line makes of containers: one scope and one endpoint for a whole run. */
import type { Endpoint } from '../kit/core/endpoint';
import { LastwordEndpointContainer, type ContainerPath } from './endpoint-container';
import { hasImage } from './build-image';
import { openEngine, type Engine } from './engine';
import { retryEngine } from './retry-engine';
import { openRunScope, type RunScope } from './run-scope';

export interface EndpointOptions {
  /** Default: found out. */
  readonly path?: ContainerPath | undefined;
}

/** Starts the run's endpoint; its `close` ends the container, and leaves the scope. */
export async function startContainerEndpoint(scope: RunScope, options: EndpointOptions = {}): Promise<Endpoint> {
  const withReaper = await hasReaper(scope.engine);
  const container = (): LastwordEndpointContainer => {
    const made = new LastwordEndpointContainer()
      .withProgress(scope.log)
      .withLabels({ ...scope.labels })
      .withNetworkMode(scope.network)
      .withAutoCleanup(withReaper);
    return options.path === undefined ? made : made.withPath(options.path);
  };
  const started = await retryEngine('the endpoint’s container', () => container().start(), scope.log);
  return started.endpoint;
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
    /** @throws {TypeError} the endpoint has not started */
    caPem(): string;
  };
  /** The run's endpoint; its `close` removes all that was made. */
  startEndpoint(): Promise<Endpoint>;
  /** Removes all that was made, where no endpoint has. Never rejects. */
  close(): Promise<void>;
}

/** @throws {KitError} `ENGINE`, `TESTCONTAINERS` */
export async function openRunContainers(options: EndpointOptions, log: (line: string) => void): Promise<RunContainers> {
  const engine = await openEngine();
  const scope = await openRunScope(engine, log);
  let endpoint: Endpoint | undefined;
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= scope.close());
  return {
    site: {
      docker: engine.docker,
      architecture: engine.architecture,
      labels: scope.labels,
      network: scope.network,
      log,
      retry: (what, action) => retryEngine(what, action, log),
      caPem: () => {
        if (endpoint === undefined) throw new TypeError('the endpoint has not started');
        return endpoint.caPem;
      },
    },
    startEndpoint: async () => {
      try {
        endpoint = closingWith(await startContainerEndpoint(scope, options), close);
        return endpoint;
      } catch (error) {
        await close();
        throw error;
      }
    },
    close,
  };
}

function closingWith(endpoint: Endpoint, behind: () => Promise<void>): Endpoint {
  const close = async (): Promise<void> => {
    await endpoint.close();
    await behind();
  };
  return new Proxy(endpoint, {
    get: (of, name) => {
      if (name === 'close') return close;
      const value: unknown = Reflect.get(of, name);
      return typeof value === 'function' ? value.bind(of) : value;
    },
  });
}

/** Testcontainers' reaper is used where its image is there already; the kit's own guard does without. */
function hasReaper(engine: Engine): Promise<boolean> {
  return hasImage(engine, process.env['RYUK_CONTAINER_IMAGE'] ?? 'testcontainers/ryuk:0.14.0');
}
