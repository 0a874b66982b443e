/**
 * What `adapter.cjs` serves: a model client, faulty or tricky or neither, on a real socket with real TLS.
 *
 * It is what proves the kit end to end: the fault is the one that the model has, and the bytes are the network's.
 */
import { conforming, helloOf, subjectName, type Subject } from '../../kit/model/subject';
import { faults } from '../../kit/model/faults';
import { trickyClients } from '../../kit/model/tricky';
import { connectFaulty, type Connected, type Handlers, type Order } from './connect-faulty';
import { startProcessTree } from './process-tree';
import { seededRandom } from './seeded-random';

/** Wrong use, as of any program. */
const wrongUse = 2;

/** What `serve` of the adapter kit takes. */
export interface Adapter extends Omit<ReturnType<typeof helloOf>, 'protocol' | 'client'> {
  readonly client: { readonly name: string; readonly version: string };
  connect(order: Order, on: Handlers): Connected;
}

/**
 * The adapter that the arguments ask for; undefined where this process is only the wrapper of the one that serves.
 * @param program the program to start again behind a wrapper
 */
export function adapterOf(args: readonly string[], program: string): Adapter | undefined {
  const options = parseArguments(args);
  if (options === undefined) return refuse(args);
  const { subject, random, isWrapped } = options;
  if (subject.id === 't18-process-tree' && !startProcessTree({ program, args, isWrapped })) return undefined;
  const { features, observes, model, habits, limits, api } = helloOf(subject);
  return {
    client: { name: subjectName, version: subject.id },
    api,
    model,
    habits,
    observes,
    features,
    limits,
    connect: (order, on) => connectFaulty({ order, on, switches: subject.switches, random }),
  };
}

/** A subject by its id, or by the number that it begins with where that is clear: `m01`. */
export function findSubject(from: readonly Subject[], id: string): Subject | undefined {
  const starting = from.filter((subject) => subject.id.startsWith(`${id}-`));
  return from.find((subject) => subject.id === id) ?? (starting.length === 1 ? starting[0] : undefined);
}

function parseArguments(
  args: readonly string[],
): { readonly subject: Subject; readonly random: () => number; readonly isWrapped: boolean } | undefined {
  let subject: Subject | undefined = conforming;
  let random: () => number = Math.random;
  let isWrapped = false;
  for (let at = 0; at < args.length; at += 2) {
    const value = args[at + 1] ?? '';
    switch (args[at]) {
      case '--fault':
        subject = findSubject(faults, value);
        break;
      case '--tricky':
        subject = findSubject(trickyClients, value);
        break;
      case '--seed':
        random = seededRandom(value);
        break;
      case '--wrapped':
        isWrapped = value === 'yes';
        break;
      default:
        return undefined;
    }
  }
  return subject === undefined ? undefined : { subject, random, isWrapped };
}

function refuse(args: readonly string[]): undefined {
  const ids = (from: readonly Subject[]): string => from.map((subject) => subject.id).join(' ');
  process.stderr.write(
    `faulty: cannot use \`${args.join(' ')}\`: expected --fault ID, --tricky ID or nothing, and --seed N\n` +
      `faults: ${ids(faults)}\ntricky: ${ids(trickyClients)}\n`,
  );
  process.exitCode = wrongUse;
  return undefined;
}
