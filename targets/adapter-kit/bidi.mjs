/** WebDriver BiDi: commands with a number, answers with the same, and events, as JSON over the browser's own WebSocket. */
import { WebSocket } from 'ws';

/** Opens a session; the event handlers get the events' parameters, in the order in which the browser sent them. */
export async function openBidi(url, { capabilities, events, onEnd }) {
  const socket = new WebSocket(`${url}/session`, { maxPayload: 1024 * 1024 * 1024, perMessageDeflate: false });
  const waiting = new Map();
  let count = 0;
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  socket.on('error', onEnd);
  socket.on('close', onEnd);
  socket.on('message', (data) => {
    const { id, type, method, params, result, message } = JSON.parse(data);
    if (type === 'event') {
      events[method]?.(params);
      return;
    }
    const asked = waiting.get(id);
    waiting.delete(id);
    if (type === 'success') asked?.resolve(result);
    else asked?.reject(new Error(`${asked.method}: ${message}`));
  });
  const send = (name, given = {}) =>
    new Promise((resolve, reject) => {
      count += 1;
      waiting.set(count, { method: name, resolve, reject });
      socket.send(JSON.stringify({ id: count, method: name, params: given }));
    });
  const session = await send('session.new', { capabilities: { alwaysMatch: capabilities } });
  await send('session.subscribe', { events: Object.keys(events) });
  return { send, version: session.capabilities.browserVersion };
}
