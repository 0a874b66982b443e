/** `lastword image build`: the image of the container endpoint, and those of the signaling servers. */
import { KitError } from '../core/kit-error';
import { exitStatus } from './exit-status';

export interface ImageWords {
  readonly offline?: boolean | undefined;
  readonly base?: string | undefined;
  /** Names of servers, or `all`. */
  readonly server?: readonly string[] | undefined;
}

/** @throws {KitError} `IMAGE`, `ENGINE`, `TESTCONTAINERS` */
export async function imageCommand(what: string, words: ImageWords): Promise<number> {
  if (what !== 'build') throw new KitError('IMAGE', `\`lastword image ${what}\`: it can only \`build\``);
  if (words.offline === true && words.base !== undefined)
    throw new KitError('IMAGE', '`--offline` makes its own base: leave `--base` out, or `--offline`');
  // Lazily: the engine's client takes a second to load.
  const { openEngine }: typeof import('../../containers/engine') = require('../../containers/engine');
  if (words.server !== undefined) return buildServers(words.server, words);
  const images: typeof import('../../containers/endpoint-image') = require('../../containers/endpoint-image');
  const log = (line: string): void => void process.stderr.write(`${line}\n`);
  const name = await images.buildEndpointImage(await openEngine(), words, log);
  process.stdout.write(`${name}\n`);
  return exitStatus.ok;
}

async function buildServers(names: readonly string[], words: ImageWords): Promise<number> {
  const { openEngine }: typeof import('../../containers/engine') = require('../../containers/engine');
  const images: typeof import('../../containers/stack-image') = require('../../containers/stack-image');
  const { findStack }: typeof import('../../containers/stacks') = require('../../containers/stacks');
  const wanted = new Set(names.includes('all') ? images.stackImages : names.map((name) => findStack(name).image));
  const engine = await openEngine();
  const log = (line: string): void => void process.stderr.write(`${line}\n`);
  for (const image of images.stackImages.filter((each) => wanted.has(each))) {
    process.stdout.write(`${await images.buildStackImage(engine, image, words, log)}\n`);
  }
  return exitStatus.ok;
}
