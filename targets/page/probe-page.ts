/**
 * Tries, before anything is judged, what a page can reach, and by which process. Rules:
 * - a certificate that nobody can trust shows whether the browser ignores that, as a run needs it;
 * - the process that holds the socket is the browser's where the page is silent while that stands still; what this
 *   process started above it is what can be frozen.
 */
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createServer as createTlsServer } from 'node:tls';
import { AdapterRefusal } from '../../kit/core/target';
import { makeCertificates } from '../../kit/io/certificates';
import { loadLibc } from '../../kit/io/libc';
import { findSocket } from '../../kit/io/peer-socket';
import { readProcesses } from '../../kit/io/process-table';
import { processTree } from '../../kit/io/process-tree';
import { socketOwner } from '../../kit/io/socket-diag';
import { settlesWithin } from '../adapter-carrier';
import { excerpt } from '../excerpt';
import type { PageChannel } from './page-channel';
import { whyNotOf } from './stands-still';

/** What a page can do. */
export interface PageReach {
  /** Root of the browser's processes, where this process started it and can see that. */
  readonly pid: number | undefined;
  /** The process that holds its sockets, where that is known. */
  readonly holder: number | undefined;
  /** Why its processes are not known, where more can be said of that than that they were not found. */
  readonly whyUnfrozen?: string;
  /** Whether it may connect without TLS. */
  readonly plain: boolean;
}

const probeMs = 15_000;
const graceMs = 250;

/** @throws {AdapterRefusal} it cannot connect by `wss:`, or would not trust the certificate of a run */
export async function probePage(channel: PageChannel): Promise<PageReach> {
  const { leafPem, leafKeyPem } = await makeCertificates(new Date());
  const tls = await tryToReach(channel, createTlsServer({ key: leafKeyPem, cert: leafPem }), 'wss');
  if (!tls.hasAsked) throw new AdapterRefusal(whyUnreached(tls), channel.log.text());
  const plain = await tryToReach(channel, createServer(), 'ws');
  return { ...(await provenBrowser(channel, tls.browser)), plain: plain.hasAsked };
}

/** What was found, if the page stands still with it. */
async function provenBrowser(channel: PageChannel, found: Attempt['browser']): Promise<Omit<PageReach, 'plain'>> {
  if (found.pid === undefined) return found;
  const whyUnfrozen = await whyNotOf(channel, found.pid);
  return whyUnfrozen === undefined ? found : { pid: undefined, holder: undefined, whyUnfrozen };
}

function whyUnreached({ hasCome, isTrusted, answer }: Attempt): string {
  if (hasCome && !isTrusted) {
    return 'the page does not trust the certificate of a run, which is made anew for each: open it in a context with `ignoreHTTPSErrors: true` (Playwright), or launch the browser with `acceptInsecureCerts: true` (Puppeteer)';
  }
  if (answer === 'connect-src' || answer === 'default-src') {
    return `the page’s Content-Security-Policy (${answer}) lets it connect to no endpoint of a run: allow \`connect-src wss://localhost:* ws://localhost:*\``;
  }
  const what = 'the page cannot connect to `wss://localhost`, where the endpoint of a run is';
  // Local Network Access: the address is looked at when the connection stands, before anything is asked for.
  if (hasCome) {
    return `${what}: its browser lets it into no local network; serve it from localhost, or grant its context the permission \`local-network-access\``;
  }
  return `${what}: ${excerpt(String(answer), 200)}`;
}

/** What came of one attempt. */
interface Attempt {
  readonly browser: Pick<PageReach, 'pid' | 'holder'>;
  readonly hasCome: boolean;
  readonly isTrusted: boolean;
  /** Its opening handshake came. */
  readonly hasAsked: boolean;
  /** What the page says. */
  readonly answer: unknown;
}

/** Has the page connect to a server that hangs up on it. */
async function tryToReach(channel: PageChannel, server: Server, scheme: 'ws' | 'wss'): Promise<Attempt> {
  const seen = {
    browser: { pid: undefined, holder: undefined } as Attempt['browser'],
    hasCome: false,
    isTrusted: false,
    hasAsked: false,
  };
  const onAsked = (socket: Socket): void => {
    socket.on('error', () => undefined);
    socket.on('data', () => {
      seen.hasAsked = true;
      socket.destroy();
    });
  };
  server.on('connection', (socket: Socket) => {
    if (!seen.hasCome) seen.browser = browserOf(socket);
    seen.hasCome = true;
    if (scheme === 'ws') onAsked(socket);
  });
  server.on('tlsClientError', () => undefined);
  server.on('secureConnection', (socket: Socket) => {
    seen.isTrusted = true;
    onAsked(socket);
  });
  server.listen(0, 'localhost');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  let answer: unknown = 'it does not answer';
  const probe = async (): Promise<void> => {
    answer = await channel.call('probe', `${scheme}://localhost:${port}/`);
  };
  const probed = probe().catch((error: unknown) => {
    answer = error;
  });
  await settlesWithin(probed, probeMs);
  // The page may have answered before its connection was seen to end.
  if (!seen.hasAsked) await sleep(graceMs);
  server.close();
  return { ...seen, answer };
}

/** The process that holds the other end of a connection, and the child of this process whose tree it belongs to. */
function browserOf(socket: Socket): Attempt['browser'] {
  const { remoteAddress, remotePort, localAddress, localPort } = socket;
  const unknown = { pid: undefined, holder: undefined };
  if (remoteAddress === undefined || remotePort === undefined) return unknown;
  if (localAddress === undefined || localPort === undefined) return unknown;
  const client = { address: remoteAddress, port: remotePort };
  const row = findSocket(loadLibc(), client, { address: localAddress, port: localPort });
  if (row === undefined) return unknown;
  for (const { pid, parent } of readProcesses()) {
    const holder = parent === process.pid ? socketOwner(row.inode, processTree(pid)) : undefined;
    if (holder !== undefined) return { pid, holder };
  }
  return unknown;
}
