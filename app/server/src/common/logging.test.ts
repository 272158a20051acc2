import { Writable } from 'node:stream';
import type { Logger } from 'pino';
import { pinoHttp } from 'pino-http';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { loggingParams } from './logging.ts';

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
  return { lines, logger: pinoHttp(loggingParams('server', 'info').pinoHttp as object, stream).logger };
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
      stack: expect.stringContaining('logging.test'),
    },
  });
});

it('logs a request once, without headers, and with the sensitive part of its query hidden', async () => {
  const { lines, stream } = sink();
  const { pinoHttp: options } = loggingParams('server', 'info');
  const log = pinoHttp(options as object, stream);
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
