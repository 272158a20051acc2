import { once } from 'node:events';
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
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
  app.get('/slowly', (_, response) => {
    response.write('the first part');
    begun.resolve();
  });
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

/** Asks, and goes away so long after the request has arrived. */
async function giveUp(path: string, milliseconds: number): Promise<void> {
  const request = get(urlOf(path)).on('error', () => undefined);
  await begun.promise;
  await sleep(milliseconds);
  request.destroy();
  await expect.poll(() => valueOf('http_requests_total', path)).toBe(1);
  expect(await metrics.exposition()).toContain('status_class="aborted"} 1');
}

it('times who had an answer', async () => {
  await (await fetch(urlOf('/answered'))).text();
  await expect.poll(() => valueOf('http_request_duration_seconds_count', '/answered')).toBe(1);
});

it('counts who went away before the answer, and does not time it', async () => {
  await giveUp('/never', 0);
  expect(await valueOf('http_request_duration_seconds_count', '/never')).toBeUndefined();
});

it('times who waited for long and got nothing: when all give up, that is all that tells of it', async () => {
  await giveUp('/never', 1_050);
  expect(await valueOf('http_request_duration_seconds_count', '/never')).toBe(1);
  expect(await valueOf('http_request_duration_seconds_sum', '/never')).toBeGreaterThan(1);
});

it('does not time who left in the middle of an answer', async () => {
  await giveUp('/slowly', 1_050);
  expect(await valueOf('http_request_duration_seconds_count', '/slowly')).toBeUndefined();
});
