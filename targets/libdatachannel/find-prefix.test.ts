import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPrefix } from './find-prefix';
import { makeFakePrefix } from './testing/fake-prefix';

let prefix: string;

beforeEach(() => {
  prefix = mkdtempSync(join(tmpdir(), 'lastword-test-'));
});

afterEach(() => rmSync(prefix, { recursive: true, force: true }));

describe('a prefix', () => {
  it('is found with what becomes part of a program', () => {
    const library = makeFakePrefix(prefix);
    writeFileSync(join(prefix, 'lib', 'libsomething.so'), '');
    expect(findPrefix(prefix)).toEqual({
      prefix,
      configFolder: join(prefix, 'lib/cmake/LibDataChannel'),
      headerFolder: join(prefix, 'include/rtc'),
      libraries: [library],
      commit: '',
    });
  });

  it.each(['lib64', 'lib/x86_64-linux-gnu'])('may have its libraries in %s', (name) => {
    makeFakePrefix(prefix);
    renameSync(join(prefix, 'lib'), join(prefix, 'moved'));
    mkdirSync(join(prefix, name, '..'), { recursive: true });
    renameSync(join(prefix, 'moved'), join(prefix, name));
    expect(findPrefix(prefix)).toMatchObject({
      configFolder: join(prefix, name, 'cmake/LibDataChannel'),
      libraries: [join(prefix, name, 'libdatachannel.so.0.99.0')],
    });
  });

  it('may say its commit', () => {
    makeFakePrefix(prefix);
    writeFileSync(join(prefix, 'COMMIT'), 'v0.21.2-3-g1a2b3c4\n');
    expect(findPrefix(prefix).commit).toBe('v0.21.2-3-g1a2b3c4');
    writeFileSync(join(prefix, 'COMMIT'), 'two\nlines\n');
    expect(() => findPrefix(prefix)).toThrow('its file COMMIT: expected one line such as `git describe');
  });

  it('that does not exist is refused', () => {
    expect(() => findPrefix(join(prefix, 'nowhere'))).toThrow(
      `\`--prefix ${prefix}/nowhere\`: expected a folder, there is none`,
    );
  });

  it('without the library is refused, and what is to be done is said', () => {
    expect(() => findPrefix(prefix)).toThrow(
      'expected a prefix that libdatachannel is installed to (`cmake --install BUILD --prefix DIR`), there is no lib/cmake/LibDataChannel/LibDataChannelConfig.cmake',
    );
  });

  it('that is a build folder is refused as such', () => {
    writeFileSync(join(prefix, 'CMakeCache.txt'), '');
    writeFileSync(join(prefix, 'LibDataChannelConfig.cmake'), '');
    expect(() => findPrefix(prefix)).toThrow('this is where libdatachannel was built: install it');
  });

  it('without headers is refused', () => {
    makeFakePrefix(prefix);
    rmSync(join(prefix, 'include'), { recursive: true });
    expect(() => findPrefix(prefix)).toThrow('expected include/rtc/rtc.hpp, there is none');
  });
});
