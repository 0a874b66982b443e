/**
 * The CA as a volume that every container of a run mounts read-only. A folder of this machine could not be mounted by an
 * engine elsewhere, and a file that is put into the container itself would not be read-only.
 */
import { posix } from 'node:path';
import type { Container, ContainerCreateOptions } from 'dockerode';
import type { ContainerSite } from './site';

const folder = '/run/lastword';

/** What the clients in containers call the CA's file; any user may read it. */
export const caFileInside = posix.join(folder, 'ca.pem');

interface Prepared {
  readonly volume: string;
  /** Takes files into the volume; it is never started. */
  readonly carrier: Container;
}

/** By site: a volume that waits for the CA, and one that has it. */
const prepared = new WeakMap<ContainerSite, Promise<Prepared>>();
const filled = new WeakMap<ContainerSite, Promise<void>>();

/**
 * Makes the run's volume, as far as that goes before the endpoint has a CA: so that it goes on while the endpoint starts.
 * @param image any that the engine has: a container of it takes the file in
 */
export function prepareCaVolume(site: ContainerSite, image: string): Promise<Prepared> {
  return remember(prepared, site, () => makeVolume(site, image));
}

/** Puts the CA into the run's volume, once; the endpoint has started. */
export function fillCaVolume(site: ContainerSite, image: string): Promise<void> {
  return remember(filled, site, async () => {
    const { carrier } = await prepareCaVolume(site, image);
    await carrier.putArchive(tarOf('ca.pem', Buffer.from(site.caPem())), { path: folder });
    // Nobody needs to wait for it, and the end of the run removes it all the same.
    carrier.remove({ force: true }).catch(() => undefined);
  });
}

function remember<Value>(
  known: WeakMap<ContainerSite, Promise<Value>>,
  site: ContainerSite,
  make: () => Promise<Value>,
): Promise<Value> {
  const before = known.get(site);
  if (before !== undefined) return before;
  const made = make();
  known.set(site, made);
  // Whoever needs it next may have more luck.
  made.catch(() => known.delete(site));
  return made;
}

/** How a container mounts it. */
export function caMount(volume: string, isReadOnly: boolean) {
  return {
    Type: 'volume' as const,
    Source: volume,
    Target: folder,
    ReadOnly: isReadOnly,
    // An image may have a folder of that name; nothing of it belongs into the volume.
    VolumeOptions: { NoCopy: true, Labels: {}, DriverConfig: { Name: 'local', Options: {} } },
  };
}

async function makeVolume(site: ContainerSite, image: string): Promise<Prepared> {
  const { docker, network, labels } = site;
  const volume = `${network}-ca`;
  const what = 'the volume of the CA';
  await site.retry(what, () => docker.createVolume({ Name: volume, Labels: { ...labels } }));
  const options: ContainerCreateOptions = {
    Image: image,
    Cmd: ['never started'],
    Labels: { ...labels },
    HostConfig: { NetworkMode: 'none', Mounts: [caMount(volume, false)] },
  };
  return { volume, carrier: await site.retry(what, () => docker.createContainer(options)) };
}

/**
 * A tar archive of one file that all may read. POSIX.1-1988 ustar: name(100) mode(8) uid(8) gid(8) size(12) mtime(12)
 * checksum(8) type(1), all numbers octal text, in a block of 512 bytes; the content in blocks; two blocks of zeros.
 */
export function tarOf(name: string, content: Buffer): Buffer {
  const header = Buffer.alloc(512);
  const octal = (value: number, at: number, bytes: number): void => {
    header.write(`${value.toString(8).padStart(bytes - 1, '0')}\0`, at, 'latin1');
  };
  header.write(name, 0, 'latin1');
  octal(0o444, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(content.length, 124, 12);
  octal(0, 136, 12);
  // The checksum is that of the header with spaces in the checksum's place.
  header.write('        0', 148, 'latin1');
  header.write('ustar\x0000', 257, 'latin1');
  octal(
    header.reduce((sum, byte) => sum + byte, 0),
    148,
    7,
  );
  const padding = Buffer.alloc((512 - (content.length % 512)) % 512);
  return Buffer.concat([header, content, padding, Buffer.alloc(1024)]);
}
