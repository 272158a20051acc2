import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LONGEST_MS, SETTLED_MS, TellingPlatform } from './testing/telling-platform.ts';

const telling = new TellingPlatform();

beforeAll(() => telling.open());
afterAll(() => telling.close());

it(
  'a database that stands still is told of once by mail, also that it is over, by two workers and without the database',
  { timeout: 3 * LONGEST_MS },
  async () => {
    telling.showLinesOnFailure();
    const { platform, workers } = telling;
    const { database, gate } = platform;
    gate.freeze();
    const fired = await telling.until('the mail of the fault', () => platform.subjects.length > 0);
    for (const worker of workers)
      expect([await telling.statusOf(worker, 'live'), await telling.statusOf(worker, 'ready')]).toEqual([
        200, 503,
      ]);
    await sleep(SETTLED_MS);
    expect(platform.subjects).toEqual([expect.stringContaining('the database does not answer')]);
    gate.thaw();
    const resolved = await telling.until('the mail of the end', () => platform.subjects.length > 1);
    await sleep(SETTLED_MS);
    const subjects = platform.subjects.map((subject) => subject.toLowerCase());
    console.log(`mail after ${fired} s, its end after ${resolved} s: ${subjects.join(' | ')}`);
    expect(subjects).toHaveLength(2);
    expect(subjects[1]).toContain('resolved');
    const rows = await database.sql.query(
      `SELECT rule, state, told, transition FROM app.alerts WHERE rule = 'DatabaseDown'`,
    );
    expect(rows).toEqual([{ rule: 'DatabaseDown', state: 'resolved', told: 'resolved', transition: 2 }]);
  },
);
