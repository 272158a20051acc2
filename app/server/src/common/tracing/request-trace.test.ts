import { Logger } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { pinoHttp } from 'pino-http';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEdgeApplication, EDGE } from '../../testing/edge-application.ts';
import { requestLineOptions } from '../logging/log-lines.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const HEADERS = { traceparent: `00-${TRACE}-b7ad6b7169203331-01`, tracestate: 'a=1' };

describe.each([
  ['a trusted proxy', ['127.0.0.1/32', '::ffff:127.0.0.1/128'], true],
  ['anybody else', [], false],
] as const)('the trace of a request from %s', (_who, trustedProxies, isBelieved) => {
  let app: NestExpressApplication;
  const lines: string[] = [];

  beforeAll(async () => {
    const log = pinoHttp(requestLineOptions('server', 'info'), {
      write: (line: string) => void lines.push(line),
    });
    ({ app } = await createEdgeApplication({ ...EDGE, trustedProxies: [...trustedProxies] }, log));
    Logger.overrideLogger(false);
  });
  afterAll(() => app.close());

  async function lineOf(headers: Readonly<Record<string, string>>): Promise<Record<string, unknown>> {
    lines.length = 0;
    await request(app.getHttpServer()).get('/api/market').set(headers).expect(200);
    await expect.poll(() => lines).toHaveLength(1);
    return JSON.parse(lines[0] ?? '');
  }

  it(`is ${isBelieved ? 'that of the proxy' : 'a new one'}`, async () => {
    const line = await lineOf({ ...HEADERS, 'X-Forwarded-For': '192.0.2.1' });
    expect(line['traceId'] === TRACE).toBe(isBelieved);
    expect(line['traceId']).toMatch(/^[\da-f]{32}$/);
    expect(line['spanId']).toMatch(/^[\da-f]{16}$/);
    expect(line['spanId']).not.toBe('b7ad6b7169203331');
  });

  it('is a new one where there is none, and where it is not valid', async () => {
    const forwarded = { 'X-Forwarded-For': '192.0.2.1' };
    const ids = [await lineOf(forwarded), await lineOf({ ...forwarded, traceparent: `ff-${TRACE}-x` })].map(
      (line) => line['traceId'],
    );
    expect(ids).toEqual([expect.stringMatching(/^[\da-f]{32}$/), expect.stringMatching(/^[\da-f]{32}$/)]);
    expect(new Set([...ids, TRACE])).toHaveLength(3);
  });
});
