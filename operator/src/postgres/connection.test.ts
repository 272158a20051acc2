import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { afterEach, expect, it } from 'vitest';
import { withConnection } from './connection.ts';

let server: Server | undefined;

afterEach(() => server?.close());

it('an abort ends a connection at once that nobody answers', async () => {
  // Takes connections and says nothing, as a node does that died behind its load balancer.
  server = createServer((socket) => socket.on('error', () => undefined));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const stop = new AbortController();
  const options = { host: '127.0.0.1', port, database: 'd', user: 'u', password: 'p', ca: '' };
  const work = withConnection(options, () => Promise.resolve('never'), stop.signal);
  setTimeout(() => stop.abort(new Error('SIGTERM')), 50);
  const since = performance.now();
  await expect(work).rejects.toThrow('SIGTERM');
  expect(performance.now() - since).toBeLessThan(1000);
});
