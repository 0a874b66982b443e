/** The adversarial endpoint in a container, for Testcontainers and for the kit's own runs. */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { AbstractStartedContainer, GenericContainer, Wait, type StartedTestContainer } from 'testcontainers';
import type { Transport } from '../kit/core/case';
import type { Endpoint } from '../kit/core/endpoint';
import { makeCertificates } from '../kit/io/certificates';
import { findCgroup } from '../kit/io/cgroup';
import { connectControl } from '../kit/io/control-channel';
import { EndpointClient, whenReady, type EndpointPlace } from '../kit/io/endpoint-client';
import { inOurClock, measureClock } from '../kit/io/foreign-clock';
import { withHeartbeat } from '../kit/io/heartbeat';
import { namespaceShaper } from '../kit/io/network-shaper';
import { portOfChannel } from '../kit/io/remote-endpoint';
import { endpointImageName, ensureEndpointImage, kitVersionTag } from './endpoint-image';
import { hasImage } from './build-image';
import { openEngine, type Engine } from './engine';
import { labels, owner } from './owner';

/** Inside the container, in a network namespace of its own. */
const controlPort = 7400;
const ports: Readonly<Record<Transport, number>> = { tls12: 7412, tls13: 7413, plain: 7480 };
const alias = 'lastword-endpoint';
const defaultNetwork = 'bridge';
/** What engines call the interface of a container with one network. */
const device = 'eth0';

/**
 * How a client of this machine reaches a container: at its own address, which keeps every segment as it is, or at a
 * published port, behind which a proxy may end TCP in the client's place.
 */
export type ContainerPath = 'bridge' | 'published';

/**
 * The adversarial endpoint. As non-root, on a read-only root, without capabilities.
 *
 * @example
 * await using started = await new LastwordEndpointContainer().start();
 * const run = await runConformance(target, { endpoint: started.endpoint });
 */
export class LastwordEndpointContainer extends GenericContainer {
  private readonly hasOwnImage: boolean;
  private path: ContainerPath | undefined;
  private log: (line: string) => void = () => undefined;

  /** @param image default: the one that is built of this very kit, when it is first needed */
  constructor(image?: string) {
    super(image ?? endpointImageName());
    this.hasOwnImage = image !== undefined;
    this.hostConfig.ReadonlyRootfs = true;
    this.hostConfig.PidsLimit = 64;
    this.withUser('65532:65532')
      .withDroppedCapabilities('ALL')
      .withSecurityOpt('no-new-privileges')
      .withWaitStrategy(Wait.forLogMessage(/control on port/))
      .withStartupTimeout(60_000);
  }

  /** Default: `bridge` where the network's bridge is this machine's. */
  withPath(path: ContainerPath): this {
    this.path = path;
    return this;
  }

  /** Hears what takes time: that the image is built, say. */
  withProgress(log: (line: string) => void): this {
    this.log = log;
    return this;
  }

  /**
   * @throws {KitError} `ENGINE`, `IMAGE`
   * @throws {ControlError} the container runs another version of the kit
   */
  override async start(): Promise<StartedLastwordEndpointContainer> {
    const engine = await openEngine();
    if (!this.hasOwnImage) await ensureEndpointImage(engine, this.log);
    // Its own end follows that of this process: the control channel is gone then. Where no registry can be reached, the
    // reaper's image would only be in the way.
    if (this.autoCleanup && !(await hasReaper(engine))) this.withAutoCleanup(false);
    // Outside of a run of the kit's: the next run removes what a process that was killed has left.
    if (this.createOpts.Labels?.[labels.run] === undefined) {
      this.withLabels({ [labels.run]: randomBytes(6).toString('hex'), [labels.owner]: owner() });
    }
    const network = this.networkMode ?? defaultNetwork;
    const isBridged = async (): Promise<boolean> => this.path === undefined && hasBridge(engine, network);
    const before = this.path ?? ((await isBridged()) ? 'bridge' : 'published');
    const key = { token: randomBytes(32).toString('hex'), version: kitVersionTag() };
    this.withEnvironment({
      LASTWORD_CONTROL_TOKEN: key.token,
      LASTWORD_CONTROL_VERSION: key.version,
      LASTWORD_CONTROL_HOST: '::',
      LASTWORD_CONTROL_PORT: String(controlPort),
    });
    // An alias is no use, and none is allowed, on the engine's default network.
    // Not by Testcontainers' own aliases, which would put the container on the default network as well.
    if (network !== defaultNetwork) {
      this.createOpts.NetworkingConfig = { EndpointsConfig: { [network]: { Aliases: [alias] } } };
    }
    if (before === 'published') this.withExposedPorts(controlPort, ...Object.values(ports));
    const started = await super.start();
    try {
      // Podman makes a bridge when the first container joins it.
      const path = (await isBridged()) ? 'bridge' : before;
      const where = { engine, network, path, hasAlias: network !== defaultNetwork };
      return new StartedLastwordEndpointContainer(started, await takeOver(started, where, key));
    } catch (error) {
      await started.stop();
      throw error;
    }
  }
}

/** A container with an endpoint that listens. */
export class StartedLastwordEndpointContainer extends AbstractStartedContainer {
  constructor(
    started: StartedTestContainer,
    /** What a run is given instead of the embedded one. */
    readonly endpoint: Endpoint,
  ) {
    super(started);
  }

  /** The CA that clients have to trust, made for this container. */
  get caPem(): string {
    return this.endpoint.caPem;
  }

  protected override async containerStopping(): Promise<void> {
    await this.endpoint.close();
  }
}

interface Where {
  readonly engine: Engine;
  readonly network: string;
  readonly path: ContainerPath;
  readonly hasAlias: boolean;
}

/** Proves the control channel, and has the endpoint listen with certificates for where it turned out to be. */
async function takeOver(
  started: StartedTestContainer,
  where: Where,
  key: { readonly token: string; readonly version: string },
): Promise<Endpoint> {
  const address = started.getIpAddress(where.network);
  const isDirect = where.path === 'bridge';
  const host = isDirect ? address : where.engine.host;
  const control = { host, port: isDirect ? controlPort : started.getMappedPort(controlPort) };
  const channel = await connectControl(control, key);
  const raw = portOfChannel(channel, 'the endpoint’s container');
  const clock = await measureClock(raw);
  const port = withHeartbeat(inOurClock(raw, clock), 'the endpoint’s container');
  const certificates = await makeCertificates(new Date(), [address, host]);
  const ready = whenReady(port);
  port.say({ op: 'listen', plan: { certificates, ports, seesClients: false } });
  const place: EndpointPlace = {
    where: 'container',
    path: isDirect ? 'direct' : clock.ns === 0 ? 'proxied' : 'remote',
    seesClients: false,
    caPem: certificates.caPem,
    limits: limitsOf(where, clock.ns !== 0),
    ...(await insightOf(where.engine, started.getId(), address)),
    address: (from, transport) => {
      if (from === 'network') return { host: where.hasAlias ? alias : address, port: ports[transport] };
      return { host, port: isDirect ? ports[transport] : started.getMappedPort(ports[transport]) };
    },
  };
  return new EndpointClient(port, await ready, place);
}

/** Disturbs the container's network, and sees its packets, from outside; where its processes are another machine's, nobody can. */
async function insightOf(
  { docker }: Engine,
  id: string,
  address: string,
): Promise<Pick<EndpointPlace, 'shaper' | 'captureSite'>> {
  const { State } = await docker.getContainer(id).inspect();
  if (findCgroup(State.Pid, id) === undefined) return {};
  return { shaper: namespaceShaper(State.Pid, device), captureSite: { device, inNamespaceOf: State.Pid, address } };
}

function limitsOf({ path }: Where, isForeign: boolean): readonly string[] {
  return [
    ...(path === 'published'
      ? [
          'the endpoint’s ports are published: a proxy may end TCP in the client’s place, so an acknowledgement proves nothing; a loss is accused only where the client itself confirmed the message in band',
        ]
      : []),
    ...(isForeign
      ? ['the endpoint runs under another kernel: its times are converted, and clients there cannot be seen']
      : []),
  ];
}

/** Testcontainers' reaper is used where its image is there already. */
export function hasReaper(engine: Engine): Promise<boolean> {
  return hasImage(engine, process.env['RYUK_CONTAINER_IMAGE'] ?? 'testcontainers/ryuk:0.14.0');
}

/** Whether the network's gateway is an address of this machine: then its containers are reached without any port. */
export async function hasBridge({ docker }: Engine, network: string): Promise<boolean> {
  const inspected: unknown = await docker.getNetwork(network).inspect();
  const owned = await Promise.all(gatewaysOf(inspected).map((gateway) => isOwnAddress(gateway)));
  return owned.includes(true);
}

/** By trying: the list of interfaces leaves out a bridge that has no container yet. */
function isOwnAddress(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ host: address, port: 0 }, () => probe.close(() => resolve(true)));
  });
}

/** The engine's default network tells its subnet only; its gateway is the first address of that. */
function gatewaysOf(network: unknown): readonly string[] {
  const config: unknown = ['IPAM', 'Config'].reduce<unknown>(fieldOf, network);
  if (!Array.isArray(config)) return [];
  return config.flatMap((each: unknown) => {
    const [gateway, subnet] = [fieldOf(each, 'Gateway'), fieldOf(each, 'Subnet')];
    if (typeof gateway === 'string') return [gateway];
    const first = typeof subnet === 'string' ? /^(\d+\.\d+\.\d+)\.0\//.exec(subnet)?.[1] : undefined;
    return first === undefined ? [] : [`${first}.1`];
  });
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}
