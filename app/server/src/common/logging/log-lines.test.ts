import { Writable } from 'node:stream';
import type { Logger } from 'pino';
import { pinoHttp } from 'pino-http';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { inScope } from '../tracing/scope.ts';
import { lineOptions, requestLineOptions } from './log-lines.ts';

function sink(): { lines: string[]; stream: Writable } {
  const lines: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString());
      done();
    },
  });
  return { lines, stream };
}

function createLogger(): { lines: string[]; logger: Logger } {
  const { lines, stream } = sink();
  return { lines, logger: pinoHttp(lineOptions('server', 'info'), stream).logger };
}

it('writes no password, token or connection string, at any depth', () => {
  const { lines, logger } = createLogger();
  const secrets = {
    password: 'hunter2',
    token: 'hunter2',
    connectionString: 'hunter2',
    authorization: 'hunter2',
  };
  logger.info({ ...secrets, database: secrets, a: { b: { c: [{ d: secrets }] } } }, 'connecting');
  logger.child({ apiKey: 'hunter2' }).warn('with bindings: postgresql://u:hunter2@db/x');
  expect(lines.join('')).not.toContain('hunter2');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    level: 'info',
    role: 'server',
    msg: 'connecting',
    password: '[redacted]',
    a: { b: { c: [{ d: { token: '[redacted]' } }] } },
  });
});

it('tells of an error its kind, message, stack and code, and nothing else that hangs on it', () => {
  const { lines, logger } = createLogger();
  const error = Object.assign(new TypeError('it failed'), {
    code: '23505',
    parameters: ['hunter2'],
    detail: 'hunter2',
  });
  logger.error({ err: error }, 'failed');
  expect(lines.join('')).not.toContain('hunter2');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    err: {
      type: 'TypeError',
      message: 'it failed',
      code: '23505',
      stack: expect.stringContaining('log-lines.test'),
    },
  });
});

it('logs a request once, without headers, and with the sensitive part of its query hidden', async () => {
  const { lines, stream } = sink();
  const log = pinoHttp(requestLineOptions('server', 'info'), stream);
  const server = createServer((request, response) => {
    log(request, response);
    response.end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  await fetch(`http://127.0.0.1:${port}/a?symbol=1&access_token=hunter2`, {
    headers: { authorization: 'Bearer hunter2-hunter2', cookie: 'sid=hunter2' },
  });
  server.closeAllConnections();
  server.close();
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toContain('hunter2');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    req: { method: 'GET', url: '/a?symbol=1&access_token=[redacted]' },
    res: { statusCode: 200 },
  });
});

it('says of a line in the middle of something whose it is, each field once', () => {
  const { lines, logger } = createLogger();
  const trace = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: false };
  const userId = '0b5a6a5e-8a58-4c0c-9d50-0c4f6c1b8a01';
  const principal = { kind: 'session', userId, role: 'viewer', sessionId: userId } as const;
  const request = { requestId: 'r', address: '192.0.2.1', userAgent: undefined, trace, principal };
  inScope({ trace, request }, () => logger.info('in a request'));
  inScope({ trace, job: { job: 'mail', jobId: 'j', runId: 'l' } }, () => logger.info('in a job'));
  logger.info('at start');
  const { traceId, spanId } = trace;
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({ msg: 'in a request', requestId: 'r', traceId, spanId, userId }),
    expect.objectContaining({ msg: 'in a job', job: 'mail', jobId: 'j', runId: 'l', traceId, spanId }),
    expect.not.objectContaining({ traceId: expect.anything() }),
  ]);
  for (const line of lines)
    expect(line.match(/"traceId":/g) ?? []).toHaveLength(line.includes('start') ? 0 : 1);
  expect(lines.join('')).not.toContain('192.0.2.1');
});
