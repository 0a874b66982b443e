/** Serves pages with the applications beside it, as ES modules, unbundled, under a strict policy. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

const files: Readonly<Record<string, string>> = { '/page.mjs': join(__dirname, '../../adapter-kit/page.mjs') };
export const strictPolicy = "default-src 'none'; script-src 'self'; connect-src wss://localhost:* ws://localhost:*";

export interface AppServer extends AsyncDisposable {
  /** The page of an application: `right`, `wrong?deaf`. */
  url(app: string): string;
}

/** Listens on localhost. */
export async function serveApps(policy = strictPolicy): Promise<AppServer> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    const isModule = path.endsWith('.mjs');
    const type = isModule ? 'text/javascript' : 'text/html';
    response.writeHead(200, { 'content-type': type, 'content-security-policy': policy });
    const page = `<!doctype html><title>app</title><script type="module" src="${path}.mjs"></script>`;
    response.end(isModule ? readFileSync(files[path] ?? join(__dirname, 'apps', path)) : page);
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return {
    url: (app) => `http://localhost:${port}/${app}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
