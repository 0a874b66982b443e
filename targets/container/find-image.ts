/** The image that a reference means: looked up, pulled once where it is missing, and pinned by its digest. */
import { KitError } from '../../kit/core/kit-error';
import type { Target } from '../../kit/core/target';
import { excerpt } from '../excerpt';
import { engineStatus, engineWords, type ContainerSite } from './site';

export interface FoundImage {
  readonly reference: string;
  /** The digest of its configuration: what is run, whatever the reference comes to mean meanwhile. */
  readonly id: string;
  readonly digest: NonNullable<Target['digest']>;
  /** Why the engine may be unable to run it; undefined where nothing speaks against it. */
  readonly mismatch: string | undefined;
}

/**
 * @throws {KitError} `IMAGE` it is no reference, `IMAGE_MISSING` the engine does not have it and gets it nowhere
 */
export async function findImage(site: ContainerSite, reference: string, signal?: AbortSignal): Promise<FoundImage> {
  checkReference(reference);
  const inspected = (await inspect(site, reference)) ?? (await pull(site, reference, signal));
  const { Id, Architecture, Os, RepoDigests } = inspected;
  const [published] = RepoDigests ?? [];
  return {
    reference,
    id: Id,
    digest: {
      method: 'image',
      sha256: Id.replace(/^sha256:/, ''),
      of: `image ${reference}${published === undefined ? '' : ` (${excerpt(published, 200)})`}`,
    },
    mismatch: mismatchOf(reference, { os: Os, architecture: Architecture }, site.architecture),
  };
}

/** @throws {KitError} `IMAGE` */
export function checkReference(reference: string): void {
  if (/^[a-z0-9][\w./:@-]{0,511}$/.test(reference)) return;
  throw new KitError(
    'IMAGE',
    `\`${excerpt(reference, 80)}\` is no reference of an image: expected one such as \`my-client:1.2\` or \`registry/name@sha256:…\`, in lower case`,
  );
}

const names: Readonly<Record<string, string>> = { x86_64: 'amd64', aarch64: 'arm64', armv7l: 'arm', i686: '386' };

function mismatchOf(
  reference: string,
  image: { readonly os: string; readonly architecture: string },
  engine: string,
): string | undefined {
  const own = names[engine] ?? engine;
  if (image.os === 'linux' && image.architecture === own) return undefined;
  return `the image \`${reference}\` is made for ${image.os}/${image.architecture} and the engine runs linux/${own}: build it with \`--platform linux/${own}\`, or install an emulator in the engine`;
}

async function inspect({ docker }: ContainerSite, reference: string) {
  try {
    return await docker.getImage(reference).inspect();
  } catch (error) {
    if (engineStatus(error) === 404) return undefined;
    throw new KitError('IMAGE', `the image \`${reference}\` cannot be looked at: ${engineWords(error)}`);
  }
}

async function pull(site: ContainerSite, reference: string, signal: AbortSignal | undefined) {
  site.log(`pulling ${reference}`);
  try {
    await follow(site, withTag(reference), signal);
  } catch (error) {
    signal?.throwIfAborted();
    throw new KitError(
      'IMAGE_MISSING',
      `there is no image \`${reference}\`, and it cannot be pulled (${excerpt(engineWords(error), 200)}): build it, \`docker pull ${reference}\`, or \`docker load\` it`,
    );
  }
  const found = await inspect(site, reference);
  if (found !== undefined) return found;
  throw new KitError('IMAGE_MISSING', `the image \`${reference}\` was pulled, and the engine does not have it`);
}

/** Without a tag the engine would bring all that there are. */
function withTag(reference: string): string {
  return /[:@]/.test(reference.slice(reference.lastIndexOf('/') + 1)) ? reference : `${reference}:latest`;
}

async function follow({ docker }: ContainerSite, reference: string, signal: AbortSignal | undefined): Promise<void> {
  const stream: NodeJS.ReadableStream & { destroy?(): void } = await docker.pull(reference);
  const onAbort = (): void => stream.destroy?.();
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      stream.once('close', () => reject(new Error('the engine broke off')));
      docker.modem.followProgress(stream, (error, lines: readonly { readonly error?: string }[] | null) => {
        const failure = error?.message ?? lines?.find((line) => line.error !== undefined)?.error;
        if (failure === undefined) resolve();
        else reject(new Error(failure));
      });
    });
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}
