import type { NestExpressApplication } from '@nestjs/platform-express';
import { Agent, METHODS, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createEmptyApplication, type TestApplication } from '../../testing/test-application.ts';
import { describedRoutes } from '../../testing/routes.ts';
import { seeded } from '../../testing/seeded.ts';
import { MOST_OPERATIONS } from './http-metrics.ts';
import { Metrics } from './metrics.ts';

/** What `make test` sends; `make bench` sends ten times as many. */
const REQUESTS = Number(process.env['SERIES_REQUESTS'] ?? 10_000);
const AT_ONCE = 16;
const MOST_SERIES = 2_000;

/** All that Node's parser lets through, but for the one that asks for a tunnel. */
const ALL_METHODS = METHODS.filter((method) => method !== 'CONNECT');
const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789_-.~%20';

let tested: TestApplication;
let app: NestExpressApplication;
let routes: readonly { readonly method: string; readonly template: string }[];

beforeAll(async () => {
  tested = await createEmptyApplication();
  ({ app } = tested);
  const document = await fetch(`${await app.getUrl()}/api/v1/openapi.json`);
  const described = (await document.json()) as { paths: Record<string, object> };
  routes = describedRoutes(described).map((route) => {
    const [method = 'GET', template = '/'] = route.split(' ');
    return { method, template };
  });
});
afterAll(() => tested.close());

/** Requests as somebody sends who makes everything up: the n-th is always the same. */
function madeUp(random: () => number): { method: string; path: string } {
  const pick = <Item>(items: ArrayLike<Item>): Item | undefined => items[Math.floor(random() * items.length)];
  const word = (): string =>
    Array.from({ length: 1 + Math.floor(random() * 12) }, () => pick(LETTERS) ?? 'x')
      .join('')
      .replaceAll('%', 'p');
  const symbol = (): string =>
    `${String(Math.floor(random() * 1e6)).padStart(6, '0')}.${pick(['SH', 'SZ', 'BJ', 'HK', word()])}`;
  const kind = random();
  const route = pick(routes) ?? { method: 'GET', template: '/' };
  const known = route.template.replaceAll(/\{\w+\}/g, () => (random() < 0.5 ? symbol() : word()));
  // Each route early on, so that what comes later can only be made up.
  if (kind < 0.3) return { method: route.method, path: known };
  const method = (random() < 0.7 ? pick(['GET', 'HEAD', 'POST', 'OPTIONS']) : pick(ALL_METHODS)) ?? 'GET';
  if (kind < 0.5) return { method, path: `${known}?${word()}=${word()}` };
  if (kind < 0.8)
    return { method, path: `/${Array.from({ length: 1 + Math.floor(random() * 4) }, word).join('/')}` };
  return { method, path: `${known}/${word()}` };
}

async function send(count: number, random: () => number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const { port } = app.getHttpServer().address() as AddressInfo;
  let left = count;
  const one = (): Promise<void> =>
    new Promise((resolve) => {
      const sent = request({ host: '127.0.0.1', port, agent, ...madeUp(random) }, (response) => {
        response.resume();
        response.once('close', resolve);
      });
      // What the server cuts off is a request, too.
      sent.once('error', () => resolve());
      sent.end();
    });
  const lane = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await one();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  agent.destroy();
}

/** Operations that features to come may add, and what one costs: a histogram of nine bounds, and two counters. */
const ROOM = { operations: 20, series: 9 + 3 + 2 };

it('tells each operation of the API apart, of which nothing was asked yet', async () => {
  const labels = new Map<string, Set<string>>();
  for (const sample of await app.get(Metrics).samples()) {
    const { method, route } = sample.labels;
    labels.set(sample.name, (labels.get(sample.name) ?? new Set()).add(`${method} ${route}`));
  }
  const expected = routes.map(
    ({ method, template }) => `${method} ${template.replaceAll(/\{(\w+)\}/g, ':$1')}`,
  );
  for (const name of ['http_requests_total', 'http_request_duration_seconds_count'])
    expect(expected.filter((operation) => !labels.get(name)?.has(operation))).toEqual([]);
  expect(labels.get('http_request_duration_seconds_count')?.size).toBeLessThanOrEqual(
    MOST_OPERATIONS - ROOM.operations,
  );
});

it(`has at most ${MOST_SERIES} series and room for more operations, no more after ${REQUESTS} made-up requests than after half of them`, async () => {
  const metrics = app.get(Metrics);
  const random = seeded(7);
  const labelsOf = async (): Promise<string[]> =>
    (await metrics.samples()).map(({ name, labels }) => `${name} ${JSON.stringify(labels)}`);
  // What the client library tells of the collector of garbage depends on the machine, and on nobody's requests.
  const ours = (series: readonly string[]): number =>
    series.filter((one) => !/^(nodejs|process)_/.test(one)).length;
  await send(REQUESTS / 2, random);
  const half = await labelsOf();
  const from = performance.now();
  await send(REQUESTS / 2, random);
  const seconds = (performance.now() - from) / 1000;
  const all = await labelsOf();
  console.log(
    `${all.length} series after ${REQUESTS} requests, ${half.length} after half of them; ${Math.round(REQUESTS / 2 / seconds)} requests/s`,
  );
  expect(all.length).toBeLessThanOrEqual(MOST_SERIES - ROOM.operations * ROOM.series);
  expect(ours(all) - ours(half)).toBeLessThanOrEqual(ours(half) / 20);
  const counted = (await metrics.samples()).filter(({ name }) => name === 'http_requests_total');
  expect(counted.reduce((sum, { value }) => sum + value, 0)).toBeGreaterThanOrEqual(REQUESTS);
  const valuesOf = (label: string): Set<string> =>
    new Set(counted.map(({ labels }) => String(labels[label])));
  expect(valuesOf('method')).toEqual(
    new Set(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'other']),
  );
  // Nothing of what was made up is in it.
  const described = new Set(routes.map(({ template }) => template.replaceAll(/\{(\w+)\}/g, ':$1')));
  expect([...valuesOf('route')].filter((route) => !described.has(route)).toSorted()).toEqual([
    'static',
    'unmatched',
  ]);
}, 1_800_000);
