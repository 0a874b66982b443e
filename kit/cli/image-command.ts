/** `lastword image build`: the image of the container endpoint. */
import { KitError } from '../core/kit-error';
import { exitStatus } from './exit-status';

export interface ImageWords {
  readonly offline?: boolean | undefined;
  readonly base?: string | undefined;
}

/** @throws {KitError} `IMAGE`, `ENGINE`, `TESTCONTAINERS` */
export async function imageCommand(what: string, words: ImageWords): Promise<number> {
  if (what !== 'build') throw new KitError('IMAGE', `\`lastword image ${what}\`: it can only \`build\``);
  if (words.offline === true && words.base !== undefined)
    throw new KitError('IMAGE', '`--offline` makes its own base: leave `--base` out, or `--offline`');
  // Lazily: the engine's client takes a second to load.
  const { openEngine }: typeof import('../../containers/engine') = require('../../containers/engine');
  const images: typeof import('../../containers/endpoint-image') = require('../../containers/endpoint-image');
  const log = (line: string): void => void process.stderr.write(`${line}\n`);
  const name = await images.buildEndpointImage(await openEngine(), words, log);
  process.stdout.write(`${name}\n`);
  return exitStatus.ok;
}
