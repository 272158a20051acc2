import { Writable } from 'node:stream';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { loggingParams } from './logging.ts';

it('writes no password, token or connection string, at either depth that code logs', () => {
  const lines: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString());
      done();
    },
  });
  const { pinoHttp } = loggingParams('server', 'info');
  const logger = pino(pinoHttp as object, stream);
  const secrets = {
    password: 'hunter2',
    token: 'hunter2',
    connectionString: 'hunter2',
    authorization: 'hunter2',
  };
  logger.info({ ...secrets, database: secrets }, 'connecting');
  expect(lines.join('')).not.toContain('hunter2');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    level: 'info',
    role: 'server',
    msg: 'connecting',
    password: '[redacted]',
  });
});
