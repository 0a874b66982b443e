/** The programs that something here is built with: found, or missed in one clear line; and what they say when they fail. */
import { KitError } from '../../kit/core/kit-error';
import { excerpt } from '../excerpt';
import { locateProgram } from '../locate-program';
import type { ToolEnd } from '../run-tool';

const adapterPackages = 'cmake g++ nlohmann-json3-dev';
const libraryPackages = `cargo libssl-dev ${adapterPackages}`;
const shownLines = 12;

/**
 * The absolute path of a tool.
 * @param why what it is needed for
 * @throws {KitError} `TARGET_BUILD`
 */
export function locateTool(program: 'cmake' | 'cargo', why: string): string {
  try {
    return locateProgram(program, { path: process.env['PATH'] });
  } catch (error) {
    if (!(error instanceof KitError)) throw error;
    const packages = program === 'cargo' ? libraryPackages : adapterPackages;
    throw new KitError(
      'TARGET_BUILD',
      `\`libdatachannel\`: ${why}, and there is no \`${program}\` in PATH: install it (Debian: apt-get install ${packages})`,
    );
  }
}

/** What is missing, where that can be told; else the last lines that were printed. */
export function tellFailure({ status, stdout, stderr }: ToolEnd, what: string): string {
  const printed = `${stdout}\n${stderr}`;
  const install = `install it (Debian: apt-get install ${adapterPackages})`;
  if (/No CMAKE_C(?:XX)?_COMPILER could be found|CMAKE_C(?:XX)?_COMPILER not set/.test(printed))
    return `\`libdatachannel\`: there is no C++ compiler: ${install}`;
  if (/provided by "nlohmann_json"/.test(printed))
    return `\`libdatachannel\`: its adapter needs the C++ library nlohmann-json (3.9 or later): ${install}`;
  if (/Could NOT find OpenSSL/.test(printed))
    return '`libdatachannel`: it is built with OpenSSL, whose headers are missing: install them (Debian: apt-get install libssl-dev)';
  const lines = printed.split('\n').filter((line) => line.trim() !== '');
  const last = lines.slice(-shownLines).map((line) => `  ${excerpt(line)}`);
  return [`\`libdatachannel\`: ${what} (status ${status}):`, ...last].join('\n');
}
