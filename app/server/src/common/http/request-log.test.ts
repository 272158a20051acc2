import type { NestExpressApplication } from '@nestjs/platform-express';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEdgeApplication, EDGE } from '../../testing/edge-application.ts';
import { pinoHttp } from 'pino-http';
import { requestLineOptions } from '../logging/log-lines.ts';

describe('the log of requests', () => {
  let app: NestExpressApplication;
  const lines: string[] = [];

  beforeAll(async () => {
    const settings = { ...EDGE, trustedProxies: ['127.0.0.1/32'], allowedCIDRs: ['192.0.2.0/24'] };
    const log = pinoHttp(requestLineOptions('server', 'info'), {
      write: (line: string) => void lines.push(line),
    });
    ({ app } = await createEdgeApplication(settings, log));
  });
  afterAll(() => app.close());

  it.each([
    ['a request that is answered', 200, 'get', '/api/market', {}],
    ['an address that is not listed', 403, 'get', '/api/market', { 'X-Forwarded-For': '198.51.100.1' }],
    ['an address that is none', 400, 'get', '/api/market', { 'X-Forwarded-For': 'unknown' }],
    ['too long a URL', 414, 'get', `/api/market?a=${'b'.repeat(9_000)}`, {}],
    ['another site', 403, 'post', '/api/send', { Origin: 'https://evil.example' }],
    ['a body of another kind', 415, 'post', '/api/send', { 'Content-Type': 'text/plain' }],
    ['nothing at all', 404, 'get', '/api/nothing', {}],
  ] as const)('has one line for %s (%i)', async (_what, status, method, path, headers) => {
    lines.length = 0;
    const client = request(app.getHttpServer());
    const sent = client[method](path).set({ 'X-Forwarded-For': '192.0.2.1', ...headers });
    const answer = await (method === 'post' ? sent.send('a') : sent);
    expect(answer.status).toBe(status);
    await expect.poll(() => lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: status < 400 ? 'info' : 'warn',
      requestId: answer.headers['x-request-id'],
      traceId: expect.stringMatching(/^[\da-f]{32}$/),
      spanId: expect.stringMatching(/^[\da-f]{16}$/),
      res: { statusCode: status },
    });
    const names = [...(lines[0] ?? '').matchAll(/"(\w+)":/g)].map(([, name]) => name);
    expect(names).toHaveLength(new Set(names).size);
    // From where stands in the lines of who was refused, and in no others.
    const addresses = lines[0]?.match(/192\.0\.2\.1|198\.51\.100\.1/g) ?? [];
    expect(addresses).toHaveLength(status === 403 ? 1 : 0);
  });
});
