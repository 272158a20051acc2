import { once } from 'node:events';
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { httpMetrics } from './http-metrics.ts';
import { Metrics } from './metrics.ts';

let metrics: Metrics;
let server: ReturnType<typeof createServer>;
let begun: PromiseWithResolvers<void>;

beforeEach(async () => {
  metrics = new Metrics();
  begun = Promise.withResolvers();
  const app = express();
  app.use(httpMetrics(metrics, () => undefined).middleware);
  app.get('/answered', (_, response) => void response.send('here'));
  app.get('/never', () => begun.resolve());
  server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const urlOf = (path: string): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;

async function valueOf(name: string, route: string): Promise<number | undefined> {
  const samples = await metrics.samples();
  return samples.find((sample) => sample.name === name && sample.labels['route'] === route)?.value;
}

it('counts who went away before the answer, and times only who had one', async () => {
  await (await fetch(urlOf('/answered'))).text();
  await expect.poll(() => valueOf('http_request_duration_seconds_count', '/answered')).toBe(1);

  const request = get(urlOf('/never')).on('error', () => undefined);
  await begun.promise;
  request.destroy();
  await expect.poll(() => valueOf('http_requests_total', '/never')).toBe(1);
  expect(await metrics.exposition()).toContain('status_class="aborted"} 1');
  expect(await valueOf('http_request_duration_seconds_count', '/never')).toBeUndefined();
});
