/** A real signaling server in a container, for Testcontainers and for `lastword run --server`. */
import { randomBytes } from 'node:crypto';
import { AbstractStartedContainer, GenericContainer, Wait, type StartedTestContainer } from 'testcontainers';
import type { Transport } from '../kit/core/case';
import { makeCertificates } from '../kit/io/certificates';
import { hasBridge, type ContainerPath } from './endpoint-container';
import { openEngine } from './engine';
import { StackControl } from './stack-control';
import { ensureStackImage, stackImageName } from './stack-image';
import { findStack, type Stack } from './stacks';

const controlPort = 7400;
const user = 65532;
const ports: Readonly<Record<Transport, number>> = { tls12: 7412, tls13: 7413, plain: 7480 };

/**
 * One of the `stacks`. As non-root, on a read-only root, without capabilities.
 *
 * @example
 * await using server = await new StackContainer('nginx').start();
 * const socket = new WebSocket(server.url('tls13'), { ca: server.caPem });
 */
export class StackContainer extends GenericContainer {
  readonly #stack: Stack;
  readonly #hasOwnImage: boolean;
  #log: (line: string) => void = () => undefined;

  /**
   * @param name one of `stacks`, such as `ws` or `nginx`
   * @param image default: the one that is built of this very kit, when it is first needed
   * @throws {KitError} `SERVER`
   */
  constructor(name: string, image?: string) {
    const stack = findStack(name);
    super(image ?? stackImageName(stack.image));
    this.#stack = stack;
    this.#hasOwnImage = image !== undefined;
    this.hostConfig.ReadonlyRootfs = true;
    this.hostConfig.PidsLimit = 64;
    this.withUser(`${user}:${user}`)
      .withDroppedCapabilities('ALL')
      .withSecurityOpt('no-new-privileges')
      .withTmpFs({ '/tmp': `rw,noexec,nosuid,size=16m,uid=${user},gid=${user}` })
      .withWaitStrategy(Wait.forLogMessage(/control on port/))
      .withStartupTimeout(60_000);
  }

  /** Hears what takes time: that the image is built, say. */
  withProgress(log: (line: string) => void): this {
    this.#log = log;
    return this;
  }

  /** @throws {KitError} `ENGINE`, `IMAGE` */
  override async start(): Promise<StartedStackContainer> {
    const engine = await openEngine();
    if (!this.#hasOwnImage) await ensureStackImage(engine, this.#stack.image, this.#log);
    const network = this.networkMode ?? 'bridge';
    const path: ContainerPath = (await hasBridge(engine, network)) ? 'bridge' : 'published';
    const token = randomBytes(32).toString('hex');
    this.withEnvironment({ LASTWORD_CONTROL_TOKEN: token, LASTWORD_HANG_UP: this.#stack.hangUp });
    if (path === 'published') this.withExposedPorts(controlPort, ...Object.values(ports));
    const started = await super.start();
    try {
      const isDirect = path === 'bridge';
      const host = isDirect ? started.getIpAddress(network) : engine.host;
      const port = (inside: number): number => (isDirect ? inside : started.getMappedPort(inside));
      const control = await StackControl.connect({ host, port: port(controlPort) }, token);
      // Only now is the address known that the certificate has to be for.
      const certificates = await makeCertificates(new Date(), [host]);
      await control.listen(certificates.leafPem, certificates.leafKeyPem);
      const address = (transport: Transport) => ({ host, port: port(ports[transport]) });
      return new StartedStackContainer(started, {
        stack: this.#stack,
        path,
        caPem: certificates.caPem,
        control,
        address,
      });
    } catch (error) {
      const said = await lastLines(started);
      await started.stop();
      throw said === '' || !(error instanceof Error)
        ? error
        : new Error(`${error.message}; it said: ${said}`, { cause: error });
    }
  }
}

interface StartedStack {
  readonly stack: Stack;
  readonly path: ContainerPath;
  readonly caPem: string;
  readonly control: StackControl;
  readonly address: (transport: Transport) => { readonly host: string; readonly port: number };
}

/** A container with a signaling server that listens with TLS 1.2, TLS 1.3 and plain. */
export class StartedStackContainer extends AbstractStartedContainer {
  constructor(
    started: StartedTestContainer,
    private readonly what: StartedStack,
  ) {
    super(started);
  }

  get stack(): Stack {
    return this.what.stack;
  }

  /** Whether clients of this machine reach it at its own address, or by a published port that may hide how it ends. */
  get path(): ContainerPath {
    return this.what.path;
  }

  /** The CA that clients have to trust, made for this container. */
  get caPem(): string {
    return this.what.caPem;
  }

  /** Prepares answers, and holds them back. */
  get control(): StackControl {
    return this.what.control;
  }

  /** Where a client of this machine dials. */
  address(transport: Transport): { readonly host: string; readonly port: number } {
    return this.what.address(transport);
  }

  /** @param path the empty one is answered at once; any other waits a moment for what `control.prepare` says of it */
  url(transport: Transport, path = ''): string {
    const { host, port } = this.address(transport);
    return `${transport === 'plain' ? 'ws' : 'wss'}://${host}:${port}/${path}`;
  }

  protected override containerStopping(): Promise<void> {
    this.control.close();
    return Promise.resolve();
  }
}

/** What the container printed last, on one line. */
async function lastLines(started: StartedTestContainer): Promise<string> {
  const stream = await started.logs().catch(() => undefined);
  if (stream === undefined) return '';
  let text = '';
  stream.on('data', (piece: Buffer | string) => {
    text = `${text}${piece.toString()}`.slice(-500);
  });
  let timer: NodeJS.Timeout | undefined;
  await new Promise<void>((resolve) => {
    stream.once('end', () => resolve());
    timer = setTimeout(resolve, 1000);
  });
  clearTimeout(timer);
  stream.destroy();
  return text
    .trim()
    .replaceAll(/[^\x20-\x7e]+/g, ' ')
    .slice(-300);
}
