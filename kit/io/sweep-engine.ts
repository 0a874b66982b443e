/**
 * Removes what carries a label from a container engine, by the engine's own HTTP interface and nothing else: the guard does
 * it when the kit is dead, and has no library.
 */
import { request } from 'node:http';

/** Where an engine listens without TLS. */
export type EngineDoor = { readonly socketPath: string } | { readonly host: string; readonly port: number };

/** What was removed. */
export interface Swept {
  readonly containers: number;
  readonly networks: number;
  readonly volumes: number;
}

/** An engine that hangs must not keep whoever waits, in ms. */
const answerMs = 30_000;

/**
 * Removes containers (frozen ones too, and their anonymous volumes), networks and volumes of which the label says `value`.
 * @throws {Error} the engine does not answer; what it refuses to remove is not counted
 */
export async function sweepEngine(door: EngineDoor, label: string, value: string): Promise<Swept> {
  const filters = `filters=${encodeURIComponent(JSON.stringify({ label: [`${label}=${value}`] }))}`;
  const call = (method: string, path: string): Promise<Reply> => callEngine(door, method, path);
  const list = async (path: string): Promise<unknown> => JSON.parse((await call('GET', `${path}${filters}`)).body);
  let containers = 0;
  for (const id of texts(await list('/containers/json?all=1&'), 'Id')) {
    // A paused container cannot be killed.
    await call('POST', `/containers/${id}/unpause`);
    if (isDone(await call('DELETE', `/containers/${id}?force=1&v=1`))) containers += 1;
  }
  let networks = 0;
  for (const id of texts(await list('/networks?'), 'Id')) {
    if (isDone(await call('DELETE', `/networks/${id}`))) networks += 1;
  }
  let volumes = 0;
  const listed = await list('/volumes?');
  const all: unknown = typeof listed === 'object' && listed !== null ? Reflect.get(listed, 'Volumes') : [];
  for (const name of texts(all, 'Name')) {
    if (isDone(await call('DELETE', `/volumes/${encodeURIComponent(name)}?force=1`))) volumes += 1;
  }
  return { containers, networks, volumes };
}

interface Reply {
  readonly status: number;
  readonly body: string;
}

function callEngine(door: EngineDoor, method: string, path: string): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const asked = request({ ...door, method, path, timeout: answerMs }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (bytes: Buffer) => parts.push(bytes));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(parts).toString() }));
      answer.on('error', reject);
    });
    asked.on('timeout', () => asked.destroy(new Error('the engine does not answer')));
    asked.on('error', reject);
    asked.end();
  });
}

function isDone(reply: Reply): boolean {
  return reply.status >= 200 && reply.status < 300;
}

function texts(list: unknown, field: string): readonly string[] {
  if (!Array.isArray(list)) return [];
  const values: unknown[] = list.map((each: unknown) =>
    typeof each === 'object' && each !== null ? Reflect.get(each, field) : undefined,
  );
  return values.filter((each) => typeof each === 'string');
}
