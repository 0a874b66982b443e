/**
 * WebDriver over HTTP, as far as one page needs it. The script of a call may leave its answer for later (`execute/async`)
 * while others come and go; no call has a deadline, because the browser may be frozen.
 */
import { Agent, request } from 'node:http';

/** Speaks to a driver that listens at this port of the loopback. */
export function openWebDriver(port) {
  const agent = new Agent({ keepAlive: true });
  const send = (method, path, body) =>
    new Promise((resolve, reject) => {
      const text = body === undefined ? '' : JSON.stringify(body);
      const headers = {
        'content-type': 'application/json',
        'content-length': String(new TextEncoder().encode(text).length),
      };
      const asked = request({ host: '127.0.0.1', port, method, path, agent, headers }, (answer) => {
        const parts = [];
        answer.on('data', (bytes) => parts.push(bytes));
        answer.on('error', reject);
        answer.on('end', () => {
          try {
            const { value } = JSON.parse(parts.join(''));
            if (answer.statusCode === 200) resolve(value);
            else reject(Object.assign(new Error(`${value.error}: ${value.message}`), { kind: value.error }));
          } catch (error) {
            reject(error);
          }
        });
      });
      asked.on('error', reject);
      asked.end(text);
    });
  return {
    status: () => send('GET', '/status'),
    async openSession(capabilities) {
      const session = await send('POST', '/session', { capabilities: { alwaysMatch: capabilities } });
      const run = (how) => (script) =>
        send('POST', `/session/${session.sessionId}/execute/${how}`, { script, args: [] });
      return { version: session.capabilities.browserVersion, execute: run('sync'), executeAsync: run('async') };
    },
  };
}
