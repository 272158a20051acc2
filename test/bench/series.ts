import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const TEST = 'app/server/src/monitoring/metrics/series.db.test.ts';
/** What the test prints. */
const FIGURES = /^(\d+) series after (\d+) requests, (\d+) after half of them; (\d+) requests\/s$/m;
/** The requests go over a few sockets, one after the other on each. */
const DEADLINE_MS = 1_800_000;

/** How many series a server has after so many made-up requests. @throws when the test fails: there are too many */
export async function measureSeries(requests: number): Promise<string> {
  const { stdout } = await promisify(execFile)(
    'node_modules/.bin/vitest',
    ['run', '--project', 'app-db', TEST],
    {
      env: { ...process.env, SERIES_REQUESTS: String(requests), NO_COLOR: '1' },
      timeout: DEADLINE_MS,
    },
  );
  const [, series, , half, rate] = FIGURES.exec(stdout) ?? [];
  if (series === undefined) throw new Error(`${TEST} printed no figures:\n${stdout}`);
  return [
    '### Series of metrics',
    '',
    '| requests | series | after half of them | requests/s |',
    '|---|---|---|---|',
    `| ${requests} | ${series} | ${half} | ${rate} |`,
  ].join('\n');
}
