/** What `target.json` says, decoded and checked once. */
import { readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { KitError } from '../kit/core/kit-error';
import { excerpt } from './excerpt';

// No operating system takes a NUL in an argument or a variable.
const text = z
  .string()
  .min(1)
  .max(2000)
  .regex(/^[^\0]*$/, { error: 'expected no NUL' });
const packageName = z.string().regex(/^(?:@[a-z0-9~][a-z0-9._~-]*\/)?[a-z0-9~][a-z0-9._~-]*$/, {
  error: 'expected the name of an npm package',
});
const exactVersion = z.string().regex(/^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/, {
  error: 'expected an exact version such as "8.23.0"',
});

const npmSchema = z.strictObject({
  package: packageName,
  /** The version of a run that asks for none. */
  version: exactVersion,
  /** The first version that can be driven, and why older ones cannot. */
  oldest: z.strictObject({ version: exactVersion, why: text }).exactOptional(),
  /** What to install beside it: names and exact versions. */
  also: z.record(packageName, exactVersion).exactOptional(),
});

const manifestSchema = z.strictObject({
  $schema: text.exactOptional(),
  name: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,63}$/, { error: 'expected lower-case letters, digits, "." and "-"' }),
  description: text.exactOptional(),
  homepage: z.url({ protocol: /^https?$/, error: 'expected an http or https URL' }),
  command: z.array(text).min(1).max(100),
  cwd: text.exactOptional(),
  env: z
    .record(z.string().regex(/^[A-Za-z_]\w*$/), z.string().regex(/^[^\0]*$/, { error: 'expected no NUL' }))
    .exactOptional(),
  mode: z.enum(['auto', 'resident', 'one-shot']).exactOptional(),
  recycleAfterTrials: z.int().positive().exactOptional(),
  install: z
    .union(
      [
        z.strictObject({ npm: npmSchema }),
        z.strictObject({ build: z.array(text).min(1) }),
        // The user brings the library, installed to a folder, or asks for a version that a Rust crate carries: built-in targets only.
        z.strictObject({
          prefix: z.literal('libdatachannel'),
          crate: z.strictObject({
            name: z.string().regex(/^[a-z][a-z0-9_-]*$/),
            versions: z.record(exactVersion, z.string().regex(/^\d+\.\d+\.\d+(?:\+[0-9A-Za-z.-]+)?$/)),
          }),
        }),
      ],
      { error: 'expected {"npm": {"package", "version"}} or {"build": [program, arguments…]}' },
    )
    .exactOptional(),
  runtime: z.strictObject({ npm: npmSchema }).exactOptional(),
  browser: z
    .strictObject({
      /** Names in PATH or absolute paths, the best first. */
      programs: z.array(text).min(1),
      /** What it cannot be driven without: names in PATH. */
      beside: z.array(text).exactOptional(),
      /** Debian's packages that bring it, with what stands beside it. */
      package: text,
    })
    .exactOptional(),
});

const mostBytes = 1024 * 1024;

/** An npm package that a target needs, at the version used where none is asked for. */
export type NpmPackage = z.infer<typeof npmSchema>;

/** A `target.json`, and where it was read. */
export type Manifest = z.infer<typeof manifestSchema> & {
  /** Absolute path of the file. */
  readonly file: string;
  /** Its folder: `${dir}`. */
  readonly dir: string;
};

/**
 * Reads a manifest, given the file or its folder.
 * @throws {KitError} `MANIFEST_UNREADABLE`, `MANIFEST_INVALID`
 */
export function readManifest(pathOrDir: string): Manifest {
  const path = resolve(pathOrDir);
  const found = statSync(path, { throwIfNoEntry: false });
  const file = found?.isDirectory() === true ? join(path, 'target.json') : path;
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats !== undefined && (!stats.isFile() || stats.size > mostBytes)) {
    const what = stats.isFile() ? `${stats.size} bytes` : 'no file';
    throw new KitError('MANIFEST_UNREADABLE', `${file} is ${what}: expected the manifest of a target, at most 1 MiB`);
  }
  const manifest = manifestSchema.safeParse(readJson(file));
  if (manifest.success) return { ...manifest.data, file, dir: dirname(file) };
  const [issue] = manifest.error.issues;
  const field = issue && issue.path.length > 0 ? issue.path.join('.') : basename(file);
  throw new KitError('MANIFEST_INVALID', `${file}: \`${field}\`: ${excerpt(wordsOf(issue))}`);
}

/** What is wrong, and what is possible. */
function wordsOf(issue: z.core.$ZodIssue | undefined): string {
  if (issue?.code === 'unrecognized_keys') {
    const known = Object.keys(manifestSchema.shape).filter((key) => key !== '$schema');
    return `no field ${issue.keys.join(', ')}; there are ${known.join(', ')}`;
  }
  if (issue?.code === 'invalid_type' && issue.input === undefined) return 'missing';
  return issue?.message ?? 'invalid';
}

function readJson(file: string): unknown {
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unknown';
    throw new KitError('MANIFEST_UNREADABLE', `${file} cannot be read (${why}): expected the manifest of a target`);
  }
  try {
    return JSON.parse(content);
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unknown';
    throw new KitError('MANIFEST_INVALID', `${file}: expected JSON: ${excerpt(why)}`);
  }
}
