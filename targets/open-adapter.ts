/** Finds out on which level a program speaks, and opens a session on it. */
import { AdapterRefusal, type AdapterListener, type AdapterSession } from '../kit/core/target';
import type { Patience, Program } from './adapter-carrier';
import { probeOneShot } from './one-shot';
import { openResident } from './resident';

/** How a program is told its orders; `auto` finds out, and prefers `resident`. */
export type ProgramMode = 'auto' | 'resident' | 'one-shot';

const advice = 'The first line of an adapter is its `hello`, as “The adapter protocol” in the README shows.';

/** @throws {AdapterRefusal} it is no adapter on the level that is asked for, or on none */
export async function openAdapter(
  program: Program,
  mode: ProgramMode,
  listener: AdapterListener,
): Promise<AdapterSession> {
  const resident = mode === 'one-shot' ? undefined : await openResident(program, listener);
  if (resident?.session) return resident.session;
  const refusal = (what: string, seen: readonly string[], stderr: string): AdapterRefusal =>
    new AdapterRefusal(`${program.what} is no ${what}: ${seen.join('; ')}. ${advice}`, stderr);
  if (mode === 'resident' && resident) throw refusal('resident adapter', [resident.seen], resident.stderr);
  const patience = patienceWhen(resident?.wasSilent === true, program.patience);
  const oneShot = await probeOneShot({ ...program, patience }, listener);
  if (oneShot.session) return oneShot.session;
  if (!resident) throw refusal('one-shot adapter', [oneShot.seen], oneShot.stderr);
  const seen = [`with standard input: ${resident.seen}`, `once a trial: ${oneShot.seen}`];
  throw refusal('adapter', seen, oneShot.stderr || resident.stderr);
}

/** What has said nothing for so long need not be waited for as long again. */
export function patienceWhen(wasSilent: boolean, patience: Patience): Patience {
  return wasSilent ? { ...patience, helloMs: patience.helloMs / 4 } : patience;
}
