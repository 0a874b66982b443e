/**
 * The CA as a volume that every container of a run mounts read-only. A folder of this machine could not be mounted by an
 * engine elsewhere, and a file that is put into the container itself would not be read-only.
 */
import { posix } from 'node:path';
import type { ContainerSite } from './site';

const folder = '/run/lastword';

/** What the clients in containers call the CA's file; any user may read it. */
export const caFileInside = posix.join(folder, 'ca.pem');

const volumes = new WeakMap<ContainerSite, Promise<string>>();

/**
 * The name of the run's volume; it is made when it is first asked for.
 * @param image any that the engine has: a container of it, which is never started, takes the file in
 */
export function caVolume(site: ContainerSite, image: string): Promise<string> {
  const known = volumes.get(site);
  if (known !== undefined) return known;
  const made = makeVolume(site, image);
  volumes.set(site, made);
  // Whoever needs it next may have more luck.
  made.catch(() => volumes.delete(site));
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

async function makeVolume(site: ContainerSite, image: string): Promise<string> {
  const { docker, network, labels } = site;
  const volume = `${network}-ca`;
  await site.retry('the volume of the CA', () => docker.createVolume({ Name: volume, Labels: { ...labels } }));
  const carrier = await site.retry('the volume of the CA', () =>
    docker.createContainer({
      Image: image,
      Cmd: ['never started'],
      Labels: { ...labels },
      HostConfig: { NetworkMode: 'none', Mounts: [caMount(volume, false)] },
    }),
  );
  await carrier.putArchive(tarOf('ca.pem', Buffer.from(site.caPem())), { path: folder });
  await carrier.remove({ force: true });
  return volume;
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
