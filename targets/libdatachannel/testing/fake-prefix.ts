/** A folder that looks as if libdatachannel were installed to it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Makes it, and gives the path of its library. */
export function makeFakePrefix(prefix: string): string {
  const configFolder = join(prefix, 'lib', 'cmake', 'LibDataChannel');
  const headers = join(prefix, 'include', 'rtc');
  mkdirSync(configFolder, { recursive: true });
  mkdirSync(headers, { recursive: true });
  writeFileSync(join(configFolder, 'LibDataChannelConfig.cmake'), '');
  writeFileSync(join(headers, 'rtc.hpp'), '');
  const library = join(prefix, 'lib', 'libdatachannel.so.0.99.0');
  writeFileSync(library, 'one');
  return library;
}
