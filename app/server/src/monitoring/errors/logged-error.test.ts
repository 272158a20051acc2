import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pinoHttp } from 'pino-http';
import { describe, expect, it } from 'vitest';
import { errorLines } from '../../common/error-lines.ts';
import { lineOptions } from '../../common/logging/log-lines.ts';
import { LONGEST_MESSAGE, LONGEST_STACK, loggedError, type LoggedError } from './logged-error.ts';
import { normalizedMessage } from './normalized-message.ts';
import { framesOf } from './stack-frames.ts';

const ROOT = join(import.meta.dirname, '../../');

describe('the kind of a message', () => {
  it.each([
    ['load 0b7f7f6e-6f0c-4c8e-9a55-3a0e5d1b8a10 failed', 'load <id> failed'],
    ['connect ECONNREFUSED 10.1.2.3:5432', 'connect ECONNREFUSED <n>:<n>'],
    ['connect ECONNREFUSED ::1:5432', 'connect ECONNREFUSED <address>'],
    ['no route to [fe80::1:2]:443', 'no route to [<address>]:<n>'],
    ['600519.SH has 12 bars of 250', '<symbol> has <n> bars of <n>'],
    ['relation "app.symbols" does not exist', 'relation <value> does not exist'],
    ["must be one of 'a', 'b'", 'must be one of <value>'],
    ['no plan for "x" alpha "y" here', 'no plan for <value> here'],
    [`no plan for "x' y" of 'z' here`, 'no plan for <value> here'],
    ["'it isn't there' says nothing", '<value> says nothing'],
    ['no plan for "x that never ends', 'no plan for <value>'],
    ["it isn't there and can't be", "it isn't there and can't be"],
    ['Unexpected token `<` in JSON', 'Unexpected token <value> in JSON'],
    ['not after 2026-11-26T08:00:00.123Z nor 2026-11-25', 'not after <time> nor <time>'],
    ['GET https://quotes.example/a?b=1 answered 502', 'GET <url> answered <n>'],
    ['digest deadbeef01 differs', 'digest <id> differs'],
    ['a  line\n and   another', 'a line and another'],
    ['took 1,234.5 ms', 'took <n> ms'],
  ])('%s', (message, kind) => {
    expect(normalizedMessage(message)).toBe(kind);
  });

  it('is the same however long a value in it is', () => {
    const long = 'x'.repeat(5_000);
    expect(normalizedMessage(`no plan for "${long}" here`)).toBe('no plan for <value> here');
    expect(normalizedMessage(`no answer of https://a.example/${long} yet`)).toBe('no answer of <url> yet');
  });

  it.each([
    ['quotes', `"'\``.repeat(30_000)],
    ['digits', '1.'.repeat(50_000)],
    ['hex', 'abcdef'.repeat(20_000)],
    ['colons', 'a:'.repeat(50_000)],
    ['half a URL', 'https://'.repeat(20_000)],
  ])('takes a moment over 100 kB of %s', (_, text) => {
    const started = performance.now();
    normalizedMessage(text);
    expect(performance.now() - started).toBeLessThan(500);
  });
});

describe('the frames of a stack', () => {
  const stack = (root: string, extension: string, line: number): string =>
    [
      'TypeError: x is not a function',
      '    at Array.map (<anonymous>)',
      `    at Bars.store (${root}market-data/store/bars.${extension}:${line}:7)`,
      `    at async Promise.all (index 0)`,
      `    at async Worker.<anonymous> (file://${root}worker.${extension}:${line + 1}:3)`,
      `    at new Client (/app/node_modules/pg/lib/client.js:10:2)`,
      `    at ${root}main.${extension}:${line}:1`,
    ].join('\n');

  it('are ours, with files and functions, whatever the line and whether it is compiled', () => {
    const frames = ['market-data/store/bars#Bars.store', 'worker#Worker', 'main#'];
    expect(framesOf(stack('/app/server/dist/', 'js', 10), '/app/server/dist/')).toEqual(frames);
    expect(framesOf(stack('/src/', 'ts', 99), '/src/')).toEqual(frames);
  });

  it('are those of packages where none is ours', () => {
    const foreign =
      'Error: x\n    at Parser.parse (/a/node_modules/pg-protocol/dist/parser.js:1:2)\n    at f (/a/node_modules/@nestjs/core/x.js:3:4)\n    at node:internal/timers:5:6';
    expect(framesOf(foreign, '/app/')).toEqual(['pg-protocol#Parser.parse', '@nestjs/core#f']);
  });
});

/** What the real log makes of an error. */
function logged(write: (log: ReturnType<typeof pinoHttp>['logger']) => void): LoggedError | undefined {
  const lines: string[] = [];
  const listener = (line: string): void => void lines.push(line);
  errorLines.listen(listener);
  const stream = new Writable({ write: (_chunk, _encoding, done) => done() });
  write(pinoHttp(lineOptions('worker', 'debug'), stream).logger);
  errorLines.unlisten(listener);
  expect(lines.length).toBeLessThan(2);
  return lines[0] === undefined ? undefined : loggedError(lines[0]);
}

function failAt(symbol: string): Error {
  return new RangeError(`no bars of ${symbol}`);
}

describe('an error of the log', () => {
  it('has its class, message, stack and where it happened', () => {
    const error = logged((log) =>
      log.error(
        { err: failAt('600519.SH'), context: 'Ingestion', runId: 'r1', queue: 'loads', requestId: 'q1' },
        'load r1 failed',
      ),
    );
    expect(error).toMatchObject({
      ...{ level: 'error', role: 'worker', type: 'RangeError', message: 'no bars of 600519.SH' },
      ...{ runId: 'r1', requestId: 'q1', userId: undefined },
      context: { logger: 'Ingestion', queue: 'loads', said: 'load r1 failed' },
      stack: expect.stringContaining('failAt'),
    });
    expect(Math.abs((error?.at.getTime() ?? 0) - Date.now())).toBeLessThan(5_000);
  });

  it('is the same for other values, and another for another place, class or code', () => {
    const printOf = (err: Error): string | undefined => logged((log) => log.error({ err }))?.fingerprint;
    const one = printOf(failAt('600519.SH'));
    expect(one).toMatch(/^[\da-f]{32}$/);
    expect(printOf(failAt('000001.SZ'))).toBe(one);
    const elsewhere = (): Error => new RangeError('no bars of 600519.SH');
    const others = [
      elsewhere(),
      new TypeError('no bars of 600519.SH'),
      Object.assign(failAt('1'), { code: 'E1' }),
    ];
    const prints = others.map(printOf);
    expect(new Set([...prints, one]).size).toBe(4);
  });

  it.each([
    ['is longer than anything', 'word '.repeat(2_000)],
    ['ends the quotes that it is in', 'x" alpha "y'],
    ['begins quotes that nobody ends', "x 'y `z"],
    ['looks like a stack', `x\n    at evil (${ROOT}evil.js:1:1)\n`],
  ])('is the same where what somebody sent %s', (_what, sent) => {
    const failed = (value: string): Error => new RangeError(`no plan for "${value}" here`);
    const printOf = (value: string): string | undefined =>
      logged((log) => log.error({ err: failed(value) }))?.fingerprint;
    expect(printOf(sent)).toBe(printOf('plain'));
  });

  it('is told from a line without an error, by who wrote it and what it says', () => {
    const said = (context: string, text: string): LoggedError | undefined =>
      logged((log) => log.error({ context }, text));
    expect(said('Rewrap', 'value 17 does not open')).toMatchObject({
      ...{ type: 'Rewrap', message: 'value 17 does not open', stack: undefined },
    });
    expect(said('Rewrap', 'value 18 does not open')?.fingerprint).toBe(
      said('Rewrap', 'value 17 does not open')?.fingerprint,
    );
    expect(said('Other', 'value 17 does not open')?.fingerprint).not.toBe(
      said('Rewrap', 'value 17 does not open')?.fingerprint,
    );
  });

  it('is none on the line of a request, nor below the level of errors', () => {
    expect(
      logged((log) => log.error({ res: { statusCode: 500 }, err: new Error('failed with 500') })),
    ).toBeUndefined();
    expect(logged((log) => log.warn({ err: new Error('x') }, 'as expected'))).toBeUndefined();
  });

  it('is cut where it is long, and has nothing that was hidden in the log', () => {
    const err = new Error(`password=hunter2hunter2 ${'x'.repeat(20_000)}`);
    const error = logged((log) => log.error({ err }));
    expect(error?.message).toHaveLength(LONGEST_MESSAGE);
    expect(error?.stack?.length).toBeLessThanOrEqual(LONGEST_STACK);
    expect(JSON.stringify(error)).not.toContain('hunter2');
    expect(error?.message).toContain('password=[redacted]');
  });

  it('has frames of this file', () => {
    expect(framesOf(failAt('1').stack ?? '', ROOT)[0]).toBe('monitoring/errors/logged-error.test#failAt');
  });
});
