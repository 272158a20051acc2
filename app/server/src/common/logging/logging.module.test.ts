import { Logger as NestLogger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Logger } from 'nestjs-pino';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { lastWords } from '../last-words.ts';
import { knownSecrets } from '../redaction/known-secrets.ts';
import { LoggingModule } from './logging.module.ts';

const folder = mkdtempSync(join(tmpdir(), 'log-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('lines are in the file as they are on standard output: without secrets', async () => {
  knownSecrets.remember('of-the-tests-and-nobody-else');
  const lines: string[] = [];
  const settings = {
    role: 'worker',
    logLevel: 'info',
    logDestination: { write: (line: string) => void lines.push(line) },
    logFile: { path: join(folder, 'app.log'), maxMegabytes: 1, keepFiles: 1, keepDays: 1 },
  } as const;
  const app = await NestFactory.createApplicationContext(LoggingModule.with(settings), { bufferLogs: true });
  app.useLogger(app.get(Logger));
  new NestLogger('Test').log({ password: 'hunter2' }, 'connects with of-the-tests-and-nobody-else');
  const spoken = lastWords(new RangeError('of-the-tests-and-nobody-else is not\na number'));
  // It is there before anybody waits: what follows may not happen any more.
  const last = JSON.parse(readFileSync(join(folder, 'app-worker.log'), 'utf8').split('\n').at(-2) ?? '');
  expect(last).toMatchObject({
    level: 'fatal',
    role: 'worker',
    context: 'Process',
    time: expect.any(String),
  });
  expect(last.err).toMatchObject({ type: 'RangeError', message: '[redacted] is not\na number' });
  expect(await spoken).toBe(true);
  await app.close();
  expect(await lastWords(new Error('nobody is there any more'))).toBe(false);
  const kept = readFileSync(join(folder, 'app-worker.log'), 'utf8');
  expect(kept).toBe(lines.join(''));
  expect(kept).toContain('"password":"[redacted]"');
  expect(kept).not.toMatch(/hunter2|of-the-tests/);
});
