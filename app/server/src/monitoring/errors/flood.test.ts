import { Writable } from 'node:stream';
import { pinoHttp } from 'pino-http';
import { expect, it } from 'vitest';
import { errorLines } from '../../common/error-lines.ts';
import { lineOptions } from '../../common/logging/log-lines.ts';
import { ErrorBuffer, MOST_DIFFERENT, MOST_SAMPLES } from './error-buffer.ts';
import { loggedError } from './logged-error.ts';

/** What `make test` writes; FLOOD_ERRORS=100000 for a figure. */
const ERRORS = Number(process.env['FLOOD_ERRORS'] ?? 3_000);

function failure(index: number): Error {
  return new RangeError(`symbol ${600_000 + (index % 5_000)}.SH has no bar ${index}`);
}

/** Of this process, in microseconds; a machine that is busy with other things does not lengthen it. */
function cpu(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** Writes errors over the real log, of which a tenth have words that are never the same; answers the time of the CPU. */
function flood(count: number): number {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const { logger } = pinoHttp(lineOptions('server', 'error'), nowhere);
  const letters = (index: number): string => index.toString(36).replaceAll(/\d/g, 'z').padStart(6, 'q');
  const started = cpu();
  for (let index = 0; index < count; index += 1) {
    const err = index % 10 === 0 ? new Error(`unheard of: ${letters(index)}`) : failure(index);
    logger.error({ err, requestId: `request ${index}`, route: '/api/v1/bars/:symbol' }, 'failed');
  }
  return cpu() - started;
}

it('is counted whole, in memory that does not grow with it, at little cost beside the line itself', () => {
  const buffer = new ErrorBuffer('server@a:1');
  let overflow = 0;
  const listener = (line: string): void => {
    const error = loggedError(line);
    if (error !== undefined && !buffer.add(error)) overflow += 1;
  };
  flood(500);
  const alone = flood(ERRORS);
  errorLines.listen(listener);
  const tracked = flood(ERRORS);
  errorLines.unlisten(listener);
  const errors = buffer.take();
  expect(errors).toHaveLength(MOST_DIFFERENT);
  expect(errors.reduce((sum, { count }) => sum + count, 0) + overflow).toBe(ERRORS);
  const [largest] = errors.toSorted((a, b) => b.count - a.count);
  expect(largest?.count).toBe(ERRORS - Math.ceil(ERRORS / 10));
  expect(largest?.samples).toHaveLength(MOST_SAMPLES);
  expect(JSON.stringify(errors).length).toBeLessThan(2_000_000);
  const each = (tracked - alone) / ERRORS;
  console.log(
    `${ERRORS} errors: line ${(alone / ERRORS).toFixed(0)} µs, tracking ${each.toFixed(0)} µs more`,
  );
  expect(each).toBeLessThan(1_000);
}, 60_000);
