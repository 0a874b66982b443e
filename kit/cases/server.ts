/**
 * Cases against real signaling servers, `lastword run --server NAME`: no script is performed, the server does what it does.
 * They stand beside the catalogue and in no profile, since they need the server's container.
 *
 * The script says what the kit does and awaits: the answer is held back until the client stands still. How the server
 * then ends is its own affair, so nothing is expected of the close but that it is reported.
 */
import { transports, type Case } from '../core/case';
import { message, O, record, stream } from '../core/notation';
import { catalogue } from './catalogue';

/** The servers that there is a case for; `containers/stacks.ts` says what they are. */
export const serverNames = [
  'ws',
  'ws-terminate',
  'websockets',
  'gorilla',
  'gorilla-terminate',
  'nginx',
  'nginx-terminate',
  'haproxy',
  'haproxy-terminate',
] as const;

export const serverCases: readonly Case[] = serverNames.map((name) => ({
  id: `server/${name}`,
  title: `An answer of ${name}, and its way to hang up, met by a frozen client`,
  class: 'F',
  level: 'must',
  transports,
  basis: ['DELIVER'],
  exposes: 'A client that drops what it has received when a real server hangs up behind it.',
  messages: { A: { kind: 'answer' } },
  parts: [
    {
      script: [O, { op: 'freeze' }, stream(record(message('A'))), { op: 'ack' }, { op: 'thaw' }],
      expect: { deliver: ['A'], close: { reported: 'kit' } },
    },
  ],
}));

/** Every case that a run can have asked: those of the catalogue, and those against real servers. */
export const knownCases: readonly Case[] = [...catalogue, ...serverCases];
