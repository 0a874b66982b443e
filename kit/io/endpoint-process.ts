/**
 * The endpoint as a process of its own, on this machine or in a container. Its environment:
 * - `LASTWORD_CONTROL_TOKEN`: what the run proves itself with;
 * - `LASTWORD_CONTROL_HOST` (default 127.0.0.1) and `LASTWORD_CONTROL_PORT` (default 0: the kernel's choice);
 * - `LASTWORD_CONTROL_VERSION`: that of the kit.
 *
 * It prints one line, `lastword endpoint: control on port N`, and ends with the control channel.
 */
import type { AddressInfo } from 'node:net';
import { serveControl } from './control-channel';
import { endpointLoop } from './endpoint-loop';
import type { ToEndpoint } from './endpoint-messages';

/** Time in which a run has to take the endpoint over, in ms. */
const orphanMs = 60_000;

async function main(): Promise<void> {
  const { env } = process;
  const token = env['LASTWORD_CONTROL_TOKEN'] ?? '';
  if (token.length < 32) throw new Error('LASTWORD_CONTROL_TOKEN is missing: this program is started by lastword');
  const key = { token, version: env['LASTWORD_CONTROL_VERSION'] ?? '' };
  const host = env['LASTWORD_CONTROL_HOST'] ?? '127.0.0.1';
  const orphaned = setTimeout(() => process.exit(3), orphanMs);
  const server = await serveControl({ host, port: Number(env['LASTWORD_CONTROL_PORT'] ?? 0) }, key, (channel) => {
    clearTimeout(orphaned);
    const loop = endpointLoop(
      (message) => channel.say(message),
      () => channel.end(),
    );
    channel.listen(
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- said by our own other half, which has proved itself
      (message) => loop.hear(message as ToEndpoint),
      () => process.exit(0),
    );
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a TCP server has an address of this kind
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`lastword endpoint: control on port ${port}\n`);
}

// As process 1 of a container nobody else would act on these.
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => process.exit(0));

void main().catch((error: unknown) => {
  process.stderr.write(`lastword endpoint: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
