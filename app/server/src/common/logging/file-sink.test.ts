import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileSink, fileOfRole } from './file-sink.ts';

const WRITE_LINES = fileURLToPath(new URL('testing/write-lines.ts', import.meta.url));
const DAY_MS = 86_400_000;
const HALF = 'x'.repeat(499_998);

let folder: string;
let path: string;
let now: number;
let elapsed: number;
const told: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'log-'));
  path = join(folder, 'app.log');
  now = Date.UTC(2026, 10, 26, 12);
  elapsed = 0;
  told.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function sinkOf({ keepFiles = 5, keepDays = 14, at = path } = {}): FileSink {
  return new FileSink(
    at,
    { path: at, maxMegabytes: 1, keepFiles, keepDays },
    { now: () => new Date(now), elapsed: () => elapsed, tell: (words) => void told.push(words) },
  );
}

/** The file system stamps with a clock of its own. */
const writtenNow = (at: string): void => utimesSync(at, now / 1000, now / 1000);
const files = () => readdirSync(folder).toSorted();
const contents = (name: string) => readFileSync(join(folder, name), 'utf8');

describe('a log file', () => {
  it('is one of its role', () => {
    expect(fileOfRole('/var/log/app.log', 'server')).toBe('/var/log/app-server.log');
    expect(fileOfRole('/var/log/app', 'worker')).toBe('/var/log/app-worker');
  });

  it('has each line when it was written, in a folder that is made, and goes on where it was', () => {
    const at = join(folder, 'new/folder/app.log');
    sinkOf({ at }).write('one\n');
    expect(readFileSync(at, 'utf8')).toBe('one\n');
    writtenNow(at);
    sinkOf({ at }).write('two\n');
    expect(readFileSync(at, 'utf8')).toBe('one\ntwo\n');
  });

  it('is a new one when it is full, without a line in two', () => {
    const sink = sinkOf();
    for (const line of ['a', 'b', 'c', 'd', 'e']) sink.write(`${HALF}${line}`);
    expect(files()).toEqual([
      'app.2026-11-26T12-00-00-000Z-001.log',
      'app.2026-11-26T12-00-00-000Z.log',
      'app.log',
    ]);
    expect(files().map((name) => contents(name).replaceAll('x', ''))).toEqual(['cd', 'ab', 'e']);
  });

  it('takes a line that is longer than a file may be', () => {
    const sink = sinkOf();
    for (const line of [HALF.repeat(3), 'short']) sink.write(line);
    expect(files().map((name) => contents(name).length)).toEqual([HALF.length * 3, 5]);
  });

  it('is a new one every day of UTC, also for who starts on another', () => {
    const sink = sinkOf();
    sink.write('thursday\n');
    now += DAY_MS;
    sink.write('friday\n');
    expect(files()).toEqual(['app.2026-11-26T23-59-59-999Z.log', 'app.log']);
    writtenNow(path);
    now += 3 * DAY_MS;
    sinkOf().write('monday\n');
    expect(files().map(contents)).toEqual(['thursday\n', 'friday\n', 'monday\n']);
  });

  it('keeps the newest, for so many days, and touches nothing that it did not make', () => {
    for (const name of ['app.old.log', 'app.2026.log', 'other.2026-11-01T00-00-00-000Z.log'])
      writeFileSync(join(folder, name), 'not ours');
    const ours = ['01', '02', '24', '25'].map((day) => `app.2026-11-${day}T00-00-00-000Z.log`);
    for (const name of ours) {
      const at = Date.parse(name.slice(4, 14)) / 1000;
      writeFileSync(join(folder, name), name);
      utimesSync(join(folder, name), at, at);
    }
    const sink = sinkOf({ keepFiles: 4, keepDays: 14 });
    for (const line of ['a', 'b', 'c']) sink.write(`${HALF}${line}`);
    expect(files()).toEqual([
      'app.2026-11-24T00-00-00-000Z.log',
      'app.2026-11-25T00-00-00-000Z.log',
      'app.2026-11-26T12-00-00-000Z.log',
      'app.2026.log',
      'app.log',
      'app.old.log',
      'other.2026-11-01T00-00-00-000Z.log',
    ]);
    writtenNow(path);
    const few = sinkOf({ keepFiles: 1 });
    for (const line of ['d', 'e']) few.write(`${HALF}${line}`);
    expect(files().filter((name) => name.includes('T'))).toEqual([
      'app.2026-11-26T12-00-00-000Z-001.log',
      'other.2026-11-01T00-00-00-000Z.log',
    ]);
  });

  it('loses no line by a link that leads nowhere or a folder among the old ones, nor what a link leads to', () => {
    symlinkSync(join(folder, 'gone'), join(folder, 'app.2026-11-24T00-00-00-000Z.log'));
    writeFileSync(join(folder, 'theirs'), 'theirs');
    symlinkSync(join(folder, 'theirs'), join(folder, 'app.2026-11-23T00-00-00-000Z.log'));
    mkdirSync(join(folder, 'app.2026-11-22T00-00-00-000Z.log'));
    const sink = sinkOf({ keepFiles: 2 });
    for (const line of ['a', 'b', 'c']) sink.write(`${HALF}${line}`);
    expect(told).toEqual([]);
    expect(contents('app.log').replaceAll('x', '')).toBe('c');
    expect(files()).toEqual([
      'app.2026-11-22T00-00-00-000Z.log',
      'app.2026-11-24T00-00-00-000Z.log',
      'app.2026-11-26T12-00-00-000Z.log',
      'app.log',
      'theirs',
    ]);
  });

  it('that somebody moved away is not missed, and what stands in its place is not moved', () => {
    const sink = sinkOf();
    sink.write(HALF);
    renameSync(path, join(folder, 'moved'));
    writeFileSync(path, 'theirs\n');
    for (const line of ['a', 'b']) sink.write(`${HALF}${line}`);
    expect(files()).toEqual(['app.log', 'moved']);
    expect(contents('app.log').replaceAll('x', '')).toBe('theirs\nb');
  });

  it.each([
    ['moved away', () => renameSync(path, join(folder, 'moved')), ['app.log', 'moved']],
    ['removed', () => rmSync(path), ['app.log']],
  ])('that was %s is made anew within ten seconds, also where nothing is full', (_what, take, left) => {
    const sink = sinkOf();
    sink.write('1');
    take();
    sink.write('2');
    elapsed += 10_000;
    for (const line of ['3', '4']) sink.write(line);
    expect(files()).toEqual(left);
    expect(contents('app.log')).toBe('34');
    expect(told).toEqual([]);
  });
});

describe('trouble with the file', () => {
  it.each([
    ['a link to another file', () => symlinkSync(join(folder, 'elsewhere'), path), 'ELOOP'],
    ['a folder', () => mkdirSync(path), 'EISDIR'],
  ])('as %s is told once, and costs lines of the file only', (_what, prepare, code) => {
    prepare();
    const sink = sinkOf();
    for (const line of ['1', '2']) sink.write(line);
    elapsed += 60_000;
    // Somebody sets the clock of the machine meanwhile, which neither shortens nor lengthens the wait.
    now -= 3_600_000;
    for (const line of ['3', '4']) sink.write(line);
    expect(told).toEqual([expect.stringContaining(code)]);
    expect(told[0]).toContain('lines go to standard output alone');
    expect(existsSync(join(folder, 'elsewhere'))).toBe(false);
    rmSync(path, { recursive: true });
    elapsed += 60_000;
    sink.write('5\n');
    expect(contents('app.log')).toBe('5\n');
    expect(told).toEqual([told[0], `the log file ${path} is written to again; it lacks 4 lines`]);
  });

  it('as a folder that is a file is no end of the process', () => {
    writeFileSync(join(folder, 'file'), '');
    sinkOf({ at: join(folder, 'file/app.log') }).write('1\n');
    expect(told).toEqual([expect.stringMatching(/EEXIST|ENOTDIR/)]);
  });
});

describe('another process', () => {
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  function outputOf(stream: Readable | null): Readable {
    if (stream === null) throw new Error('the program has no such output');
    return stream;
  }

  /** @param kilobytes what the kernel lets a file grow to, as a full disk would */
  function start(count: number, kilobytes: number | 'unlimited'): ChildProcess {
    const limited = `trap '' XFSZ; ulimit -f ${kilobytes}; exec "$0" "$@"`;
    const child = spawn('bash', ['-c', limited, process.execPath, WRITE_LINES, path, String(count)], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    children.push(child);
    return child;
  }

  it('that is killed has lost no line that it wrote', async () => {
    const child = start(1_000_000, 'unlimited');
    let said = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      said += String(chunk);
      if (said.length > 20_000) child.kill('SIGKILL');
    });
    await once(child, 'close');
    const last = Number(said.trimEnd().split('\n').at(-1));
    const kept = files().flatMap((name) => contents(name).trimEnd().split('\n'));
    const numbers = kept.flatMap((line) => {
      try {
        return [Number(JSON.parse(line).number)];
      } catch {
        return [];
      }
    });
    expect(last).toBeGreaterThan(1_000);
    expect(new Set(numbers)).toEqual(
      new Set(Array.from({ length: Math.max(...numbers) }, (_, at) => at + 1)),
    );
    expect(Math.max(...numbers)).toBeGreaterThanOrEqual(last);
  });

  it('whose disk is full goes on, says so once, ends the torn line, and keeps lines again when there is room', async () => {
    const child = start(500, 64);
    const [said, complaints] = [text(outputOf(child.stdout)), text(outputOf(child.stderr))];
    await once(child, 'message');
    const torn = contents('app.log');
    expect(torn.length).toBe(65_536);
    expect(torn.endsWith('\n')).toBe(false);
    child.send('go on');
    await once(child, 'close');
    expect((await said).trimEnd().split('\n')).toHaveLength(500);
    expect(contents('app.log')).toBe(`${torn.slice(0, 1_000)}\n{"number":"last"}\n`);
    const lines = (await complaints).trimEnd().split('\n');
    expect(lines).toEqual([
      expect.stringContaining('EFBIG'),
      expect.stringMatching(/is written to again; it lacks \d+ lines$/),
    ]);
  });
});
