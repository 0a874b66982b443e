/**
 * The lines of an adapter, decoded once, at the edge. Rules:
 * - what the protocol lets an adapter leave out gets a default; a wrong type never does;
 * - unknown fields are ignored, unknown events are a breach (an adapter of a later protocol says so in its hello);
 * - every string is bounded, and text that is only ever shown (names, error messages) is escaped here.
 */
import { z } from 'zod';
import type { Breach, ClientEvent, Hello, Observable } from '../kit/core/adapter-event';
import { excerpt } from './excerpt';

/** The longest line an adapter may write, in bytes, its LF not counted. */
export const maxLineBytes = 256 * 1024;

/** What a line says, or what is wrong with it. */
export type AdapterLine =
  | { readonly kind: 'hello'; readonly hello: Hello }
  | { readonly kind: 'event'; readonly trial: string; readonly event: ClientEvent; readonly tNs: number | undefined }
  | { readonly kind: 'pong'; readonly id: number }
  | { readonly kind: 'hold'; readonly answer: HoldAnswer }
  | { readonly kind: 'breach'; readonly breach: Breach['kind']; readonly detail: string };

/** What an adapter says of the thread that it was told to hold. */
export interface HoldAnswer {
  readonly id: number;
  readonly state: 'held' | 'released';
  /** Of `released`: it stood still until it was told to go on. */
  readonly confirmed: boolean;
  /** Why not. */
  readonly reason?: string;
}

const observables: readonly Observable[] = ['code', 'reason', 'wasClean', 'error'];

const shown = (maxChars: number) => z.string().transform((text) => excerpt(text, maxChars));
const name = z
  .string()
  .min(1)
  .max(200)
  .transform((text) => excerpt(text, 200));
const label = z.string().max(200);
const labels = z.array(label).max(100).default([]);
const count = z.int().nonnegative();

const helloSchema = z.object({
  protocol: z.literal(1, {
    error: ({ input }) => `this kit speaks protocol 1, not ${excerpt(JSON.stringify(input) ?? 'none', 40)}`,
  }),
  client: z.object({
    name,
    version: name,
    runtime: name.default('unknown'),
    platform: name.default('unknown'),
    trust: name.exactOptional(),
  }),
  api: z.enum(['callback', 'pull', 'stream']).default('callback'),
  model: z.enum(['whatwg', 'other']).default('other'),
  habits: labels,
  observes: labels.transform((given) => observables.filter((observable) => given.includes(observable))),
  features: labels,
  limits: z
    .object({
      messageBytes: count.exactOptional(),
      keepAliveMs: count.exactOptional(),
      bytesPerSecond: count.exactOptional(),
    })
    .default({}),
});

const onTrial = { trial: z.string().min(1).max(200), tNs: z.number().exactOptional() };

const eventSchema = z.discriminatedUnion('event', [
  z.object({ event: z.literal('open'), ...onTrial, protocol: z.string().max(1000).exactOptional() }),
  z
    .object({
      event: z.literal('message'),
      ...onTrial,
      type: z.enum(['text', 'binary']),
      data: z
        .string()
        .max(64 * 1024)
        .exactOptional(),
      length: count.exactOptional(),
      sha256: z
        .string()
        .regex(/^[0-9a-f]{64}$/i)
        .transform((hex) => hex.toLowerCase())
        .exactOptional(),
    })
    .refine(
      (message) =>
        (message.type === 'text' && message.data !== undefined) ||
        (message.length !== undefined && message.sha256 !== undefined),
      { error: 'expected `data` (text alone), or `length` and `sha256`' },
    ),
  z.object({ event: z.literal('error'), ...onTrial, message: shown(2000).default('') }),
  z.object({
    event: z.literal('close'),
    ...onTrial,
    code: z.int().min(0).max(65_535).nullable().default(null),
    reason: z.string().max(1000).nullable().default(null),
    wasClean: z.boolean().nullable().default(null),
  }),
  z.object({ event: z.literal('done'), ...onTrial }),
  z.object({ event: z.literal('unsupported'), ...onTrial, feature: shown(1000).default('') }),
]);

const eventNames: ReadonlySet<string> = new Set(eventSchema.options.map(({ shape }) => shape.event.value));

const pongSchema = z.object({ id: z.int() });
const holdSchema = z.object({ id: z.int(), confirmed: z.boolean().default(true), reason: shown(400).exactOptional() });

/** Decodes one line, without its LF. Total: any text gives an {@link AdapterLine}. */
export function decodeLine(text: string): AdapterLine {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return breach('malformed-line', `not JSON: ${excerpt(text, 180)}`);
  }
  const event = typeof json === 'object' && json !== null && 'event' in json ? json.event : undefined;
  if (typeof event !== 'string') return breach('malformed-line', `no \`event\`: ${excerpt(text, 180)}`);
  if (event === 'hello') {
    const hello = helloSchema.safeParse(json);
    return hello.success ? { kind: 'hello', hello: hello.data } : invalid(event, hello.error);
  }
  if (event === 'pong') {
    const pong = pongSchema.safeParse(json);
    return pong.success ? { kind: 'pong', id: pong.data.id } : invalid(event, pong.error);
  }
  if (event === 'held' || event === 'released') {
    const hold = holdSchema.safeParse(json);
    return hold.success ? { kind: 'hold', answer: { ...hold.data, state: event } } : invalid(event, hold.error);
  }
  if (!eventNames.has(event)) return breach('unknown-event', `\`event\`: "${excerpt(event, 100)}"`);
  const decoded = eventSchema.safeParse(withoutNulls(json));
  if (!decoded.success) return invalid(event, decoded.error);
  const { trial, tNs, ...clientEvent } = decoded.data;
  return { kind: 'event', trial, tNs, event: clientEvent };
}

/** `null` stands for what an API does not expose, in every field; where one may be left out, that says the same. */
function withoutNulls(json: unknown): unknown {
  return Object.fromEntries(Object.entries(json ?? {}).filter(([, value]) => value !== null));
}

function breach(kind: Breach['kind'], detail: string): AdapterLine {
  return { kind: 'breach', breach: kind, detail };
}

function invalid(event: string, error: z.ZodError): AdapterLine {
  const [issue] = error.issues;
  const where = issue && issue.path.length > 0 ? `\`${issue.path.join('.')}\` of ` : '';
  return breach('malformed-line', excerpt(`${where}\`${event}\`: ${issue?.message ?? 'invalid'}`));
}
