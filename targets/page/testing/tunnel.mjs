/** A proxy that takes its time, and forgets at an end what it has not handed on: for HTTP, and for tunnels (RFC 9110 §9.3.6). */
import { request as ask, createServer } from 'node:http';
import { connect } from 'node:net';

const slowMs = 5;

const server = createServer((request, response) => {
  const { method, headers } = request;
  const asked = ask(request.url, { method, headers, agent: false }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  asked.on('error', () => response.destroy());
  request.pipe(asked);
});
server.on('connect', ({ url }, client) => {
  const { hostname, port } = new URL(`http://${url}`);
  const upstream = connect(Number(port), hostname, () => {
    client.write('HTTP/1.1 200 OK\r\n\r\n');
    client.pipe(upstream);
    upstream.on('data', (bytes) => setTimeout(() => client.destroyed || client.write(bytes), slowMs));
  });
  const end = () => {
    client.destroy();
    upstream.destroy();
  };
  for (const socket of [client, upstream]) socket.on('error', end).on('close', end);
  upstream.on('end', end);
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));
