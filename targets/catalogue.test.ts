import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { KitError } from '../kit/core/kit-error';
import { findTarget, listTargets, resolveTarget } from './catalogue';
import { digestOfCommand } from './digest';
import { manifestTarget } from './manifest-target';
import { nearest } from './nearest';

let folder: string;
let cacheFolder: string;
const lines: string[] = [];
const log = (line: string) => void lines.push(line);
const { PATH } = process.env;

/** Puts a program named npm before the real one, which tells its arguments and does what the test wants. */
function fakeNpm(body: string): void {
  const script = `#!/bin/sh\necho "$@" >> '${folder}/npm.log'\n${body}\n`;
  writeFileSync(join(folder, 'npm'), script, { mode: 0o755 });
  process.env['PATH'] = `${folder}${delimiter}${PATH}`;
}

const installs = (name: string, version: string) =>
  fakeNpm(
    `[ "$1" = view ] && { echo '["1.2.3","${version}"]'; exit 0; }
     mkdir -p "$3/node_modules/${name}"; sleep 0.05
     echo '{"name":"${name}","version":"${version}"}' > "$3/node_modules/${name}/package.json"
     echo 'module.exports = 1' > "$3/node_modules/${name}/index.js"`,
  );

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lastword-test-'));
  cacheFolder = join(folder, 'cache');
  lines.length = 0;
});

afterEach(() => {
  process.env['PATH'] = PATH;
  rmSync(folder, { recursive: true, force: true });
});

async function errorOf(promise: Promise<unknown>): Promise<KitError> {
  const error: unknown = await promise.catch((reason: unknown) => reason);
  if (error instanceof KitError) return error;
  throw new Error(`expected a KitError, got ${String(error)}`);
}

describe('the built-in targets', () => {
  it('have a manifest each, in the folder of their name', () => {
    const names = listTargets().map(({ name }) => name);
    for (const name of 'bun chromium deno firefox node-datachannel node22 node24 node26 undici websocket ws'.split(
      ' ',
    )) {
      expect(names).toContain(name);
    }
  });

  it('an unknown one is refused with the nearest names', () => {
    expect(() => findTarget('undicci')).toThrow('there is no built-in target `undicci`: did you mean undici?');
    expect(() => findTarget('node@22')).toThrow(/did you mean node-datachannel or node22/);
    expect(() => findTarget('zzzzzzzz')).toThrow(/expected one of bun, chromium, deno/);
  });

  it('ws is there without any install', async () => {
    fakeNpm('exit 1');
    const target = await resolveTarget('ws', { cacheFolder, log });
    expect({ name: target.name, recycleAfterTrials: target.recycleAfterTrials, lines }).toEqual({
      name: 'ws',
      recycleAfterTrials: 200,
      lines: [],
    });
    expect(target.digest).toEqual({
      method: 'folder',
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      of: 'npm package ws@8.23.0',
    });
  });
});

describe('another version', () => {
  it('is installed into the cache once, however many ask at once, and then found there', async () => {
    installs('ws', '8.18.0');
    const targets = await Promise.all([1, 2, 3].map(() => resolveTarget('ws@8.18.0', { cacheFolder, log })));
    expect(targets.map(({ name }) => name)).toEqual(['ws@8.18.0', 'ws@8.18.0', 'ws@8.18.0']);
    expect(targets[0]?.digest?.of).toBe('npm package ws@8.18.0');
    expect(lines).toEqual([`lastword: installing ws@8.18.0 (npm package ws) into ${cacheFolder}`]);
    fakeNpm('exit 1');
    await resolveTarget('ws@8.18.0', { cacheFolder, log });
    expect(lines).toHaveLength(1);
    expect(await readdir(cacheFolder)).toEqual(['ws@8.18.0']);
  });

  it('is installed past what a killed install left behind, which goes', async () => {
    installs('ws', '8.18.0');
    const abandoned = join(cacheFolder, '.installing-ws-1');
    mkdirSync(abandoned, { recursive: true });
    utimesSync(abandoned, 1, 1);
    await resolveTarget('ws@8.18.0', { cacheFolder, log });
    expect(await readdir(cacheFolder)).toEqual(['ws@8.18.0']);
  });

  it('by a tag or the beginning of a version is the newest that fits', async () => {
    installs('ws', '8.19.0');
    expect((await resolveTarget('ws@8', { cacheFolder, log })).name).toBe('ws@8.19.0');
    expect((await resolveTarget('ws@latest', { cacheFolder, log })).name).toBe('ws@8.19.0');
    expect(lines).toHaveLength(1);
  });

  it.each([
    '',
    '-g',
    '--prefix=x',
    '1.0.0 evil',
    '../x',
    'file:x',
    'git+ssh://x',
    '^8.0.0',
    '8.0.0;ls',
    'npm:evil@1.0.0',
  ])('that is no version or tag is refused before npm starts: "%s"', async (version) => {
    fakeNpm('exit 0');
    const error = await errorOf(resolveTarget(`ws@${version}`, { cacheFolder, log }));
    expect(error.code).toBe('TARGET_VERSION');
    expect(error.message).toContain('expected a version (`8.18.0`, `8.18`) or a tag (`latest`)');
    expect(await readdir(folder)).toEqual(['npm']);
  });

  it('that does not exist is said to be none of the package’s', async () => {
    fakeNpm(`echo 'npm error code ETARGET' >&2; echo 'npm error notarget No matching version found.' >&2
      echo 'npm error notarget In most cases you are requesting a package version that does not exist.' >&2; exit 1`);
    const error = await errorOf(resolveTarget('ws@99.0.0', { cacheFolder, log }));
    expect(error.code).toBe('TARGET_VERSION');
    expect(error.message).toBe('`ws@99.0.0`: ws has no such version; `npm view ws versions` lists them');
    expect(await readdir(cacheFolder)).toEqual([]);
  });

  it('that npm cannot install is an error with what npm said first and the command to do by hand', async () => {
    fakeNpm(`echo 'npm error code EAI_AGAIN' >&2; echo 'npm error syscall getaddrinfo' >&2
      echo 'npm error request to somewhere failed.' >&2; echo 'npm error Check your network' >&2
      echo 'npm error A complete log of this run can be found in: x' >&2; exit 1`);
    const error = await errorOf(resolveTarget('ws@99.0.0', { cacheFolder, log }));
    const byHand = `npm install --prefix ${cacheFolder}/ws@99.0.0 --no-save --no-audit --no-fund --ignore-scripts ws@99.0.0`;
    expect(error.code).toBe('TARGET_INSTALL');
    expect(error.message).toBe(`\`ws@99.0.0\`: npm: request to somewhere failed. By hand: ${byHand}`);
    expect(await readdir(cacheFolder)).toEqual([]);
    expect((await errorOf(resolveTarget('ws@nightly', { cacheFolder, log }))).code).toBe('TARGET_VERSION');
  });

  it.each([
    ['libdatachannel', '', 'PREFIX', 'is a library that you bring'],
    ['libdatachannel@0.1', '', 'TARGET_VERSION', 'which can be built from the crate'],
    ['libdatachannel@0.1', '/somewhere', 'TARGET_VERSION', 'expected no version: what is run is the build in'],
  ])('of a library, `%s` with the prefix "%s": %s', async (name, prefix, code, message) => {
    const error = await errorOf(resolveTarget(name, { cacheFolder, log, prefix }));
    expect([error.code, error.message]).toEqual([code, expect.stringContaining(message)]);
  });

  it('that has no ready-made binary is refused', async () => {
    const error = await errorOf(resolveTarget('node-datachannel@0.32.3', { cacheFolder, log }));
    expect(error.message).toMatch(/^`node-datachannel@0.32.3`: expected 0.33.1 or newer/);
  });
});

describe('a manifest', () => {
  const write = (manifest: unknown) => {
    const file = join(folder, 'target.json');
    writeFileSync(file, typeof manifest === 'string' ? manifest : JSON.stringify(manifest));
    return file;
  };
  const valid = { name: 'mine', homepage: 'https://example.org', command: ['${node}', '${dir}/adapter.js'] };

  it('is a target, from its file or its folder', async () => {
    const file = write({ ...valid, recycleAfterTrials: 7, env: { HOME_OF_MINE: '${dir}' } });
    writeFileSync(join(folder, 'adapter.js'), '');
    for (const path of [file, folder]) {
      const target = await manifestTarget(path, { log });
      expect({ name: target.name, recycleAfterTrials: target.recycleAfterTrials }).toEqual({
        name: 'mine',
        recycleAfterTrials: 7,
      });
      expect(target.digest?.of).toBe(`the files ${process.execPath}, ${folder}/adapter.js`);
    }
  });

  it.each([
    ['{', 'MANIFEST_INVALID', 'expected JSON'],
    [{ ...valid, command: 'node x' }, 'MANIFEST_INVALID', '`command`'],
    [{ ...valid, command: [] }, 'MANIFEST_INVALID', '`command`'],
    [{ ...valid, name: 'My Client' }, 'MANIFEST_INVALID', '`name`: expected lower-case'],
    [{ ...valid, homepage: 'javascript:x' }, 'MANIFEST_INVALID', '`homepage`: expected an http or https URL'],
    [{ ...valid, instal: {} }, 'MANIFEST_INVALID', 'instal'],
    [{ ...valid, install: { pip: 'x' } }, 'MANIFEST_INVALID', '`install`: expected {"npm"'],
    [{ ...valid, command: ['${pakage}/x'] }, 'MANIFEST_INVALID', '`command.0`: ${pakage} has no value here'],
    [{ ...valid, command: ['no-such-program-here'] }, 'PROGRAM_MISSING', 'no program `no-such-program-here` in PATH'],
    [{ ...valid, install: { build: ['sh', '-c', 'echo no compiler >&2; exit 1'] } }, 'TARGET_BUILD', 'no compiler'],
  ])('of the wrong form is refused by file and field: %j', async (manifest, code, message) => {
    const error = await errorOf(manifestTarget(write(manifest), { log }));
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
  });

  it('that is missing is refused by its path', async () => {
    const error = await errorOf(manifestTarget(join(folder, 'nowhere')));
    expect(error).toMatchObject({ code: 'MANIFEST_UNREADABLE', message: expect.stringContaining('nowhere') });
  });

  it('that builds its program builds it in its own folder', async () => {
    write({ ...valid, command: ['${dir}/client'], install: { build: ['sh', '-c', 'cp /bin/true client'] } });
    await manifestTarget(folder, { log });
    expect(lines).toEqual(['lastword: building mine: sh -c cp /bin/true client']);
    const error = await errorOf(manifestTarget(folder, { version: '1.0.0', log }));
    expect(error.message).toBe('`mine@1.0.0`: expected no version: its manifest names no npm package');
  });
});

it('the digest of a command changes with the files that it names', () => {
  const script = join(folder, 'a.js');
  writeFileSync(script, '1');
  const first = digestOfCommand(['sh', 'a.js', '--flag'], { cwd: folder });
  writeFileSync(script, '2');
  const second = digestOfCommand(['sh', 'a.js', '--flag'], { cwd: folder });
  expect(first.of).toBe('the files sh, a.js');
  expect(first.sha256).not.toBe(second.sha256);
  expect(second).toMatchObject({
    method: 'files',
    files: [
      { name: 'sh', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      { name: 'a.js', sha256: 'd4735e3a265e16eee03f59718b9b5d03019c07d8b6c51f90da3a666eec13ab35' },
    ],
  });
});

it('the digest of a browser is that of what its script starts as well, and of the library beside it', () => {
  const [browser, program, library] = [join(folder, 'fox'), join(folder, 'chrome'), join(folder, 'libxul.so')];
  writeFileSync(browser, '#!/bin/sh\nexec ./chrome\n');
  writeFileSync(program, '1');
  writeFileSync(library, '2');
  const { files } = digestOfCommand(['sh', browser], { cwd: folder, browser });
  expect(files?.map(({ name }) => name)).toEqual(['sh', browser, program, library]);
});

it('the nearest names are few, and none is far', () => {
  expect(nearest('wss', ['ws', 'websocket', 'bun'])).toEqual(['ws']);
  expect(nearest('', ['ws'])).toEqual(['ws']);
  expect(nearest('quite-another', ['ws', 'bun'])).toEqual([]);
});
