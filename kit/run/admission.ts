/** Proves an adapter before anything is judged: it says hello, knows what it cannot do, and can be frozen. */
import { AdapterRefusal, type FrozenCage } from '../core/target';
import { confirmFrozen, freezeTree, thawTree } from '../io/freeze';
import type { AdapterHost } from './adapter-host';

/** A feature that no client has. */
const madeUpFeature = 'lastword-made-up-feature';
const answerMs = 30_000;

/**
 * Orders what nobody can do and expects `unsupported`; then freezes and thaws the process.
 * @throws {AdapterRefusal} the adapter does not keep to its protocol
 */
export async function admit(host: AdapterHost): Promise<void> {
  const trial = `admission-${host.number}`;
  const log = host.open(trial);
  const deadline = setTimeout(() => log.notify(), answerMs);
  const startedMs = performance.now();
  try {
    await host.session.run({
      trial,
      url: 'wss://localhost:9/admission',
      requires: ['wss', madeUpFeature],
      subprotocols: [],
      deflate: false,
      reactions: [],
      deadlineMs: answerMs,
    });
    while (!log.has('unsupported')) {
      if (log.breach !== undefined) refuse(host, `broke its protocol: ${log.breach.kind}, ${log.breach.detail}`);
      if (log.entries.length > 0)
        refuse(host, 'was asked for a feature that does not exist and did not answer `unsupported`');
      if (log.exit?.outside !== undefined) refuse(host, `ended, and it was not its doing: ${log.exit.outside}`);
      if (log.exit !== undefined)
        refuse(
          host,
          'ended when it was asked for a feature that does not exist; it should answer `unsupported` (one-shot: exit with status 89)',
        );
      if (performance.now() - startedMs >= answerMs)
        refuse(host, `did not answer its first order within ${answerMs / 1000} s`);
      await log.changed();
    }
    if (log.breach !== undefined) refuse(host, `broke its protocol: ${log.breach.kind}, ${log.breach.detail}`);
    if (host.session.mode === 'one-shot') await host.session.settled(trial);
    else await proveFreeze(host);
  } finally {
    clearTimeout(deadline);
    host.finish(trial);
  }
}

async function proveFreeze(host: AdapterHost): Promise<void> {
  const { pid, marker, freezing, cage, hold } = host.session;
  // The kit's own process stands still whenever it wants to.
  if (freezing === 'event-loop') return;
  if (hold !== undefined) {
    await proveCage(host, hold);
    // What ends while it is held stood still to its end.
    if ((await host.session.ping(answerMs)) !== true) refuse(host, 'has ended, or does not answer, when it was held');
    return;
  }
  if (cage !== undefined) return proveCage(host, () => cage.freeze());
  if (pid === undefined || process.platform === 'win32') return;
  const frozen = await freezeTree({ rootPid: pid, marker });
  if (frozen.kind === 'failed') refuse(host, `cannot be frozen: ${frozen.detail}`);
  const confirmed = confirmFrozen(frozen.evidence);
  thawTree(frozen.evidence);
  if (confirmed.kind !== 'frozen') refuse(host, `does not stay frozen: ${confirmed.detail}`);
}

async function proveCage(host: AdapterHost, freeze: () => Promise<FrozenCage>): Promise<void> {
  const frozen = await freeze().catch((error: unknown) => {
    refuse(host, `cannot be frozen: ${error instanceof Error ? error.message : String(error)}`);
  });
  const { confirmed, reason } = await frozen.thaw();
  if (!confirmed) refuse(host, `does not stay frozen: ${reason ?? 'nobody knows why'}`);
}

function refuse(host: AdapterHost, what: string): never {
  throw new AdapterRefusal(`the adapter ${what}`, host.session.stderrTail());
}
