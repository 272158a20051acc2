import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../database/testing/test-database.ts';
import { STANDING } from './standing-alerts.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

it('what people were told last stands while it is so, and an end for a day', async () => {
  await database.sql.query(
    `INSERT INTO app.alerts (id, fingerprint, rule, severity, labels, summary, description, state, started_at,
       pending_since, fired_at, seen_at, resolved_at, evaluated_at, reopened, flaps, told, transition, evaluations)
     SELECT gen_random_uuid(), number::text, name, 'warning', '{}', '', '', state, now() - interval '2 days', now(), now(),
       now(), CASE state WHEN 'resolved' THEN now() - ended END, now(), 0, 0, told, number, 1
     FROM (VALUES (1, 'Fires', 'firing', 'firing', interval '0'), (2, 'FiresUntold', 'firing', 'nothing', interval '0'),
       (3, 'BackAndUntold', 'firing', 'resolved', interval '0'), (4, 'Ended', 'resolved', 'resolved', interval '23 hours'),
       (5, 'EndedLongAgo', 'resolved', 'resolved', interval '25 hours'),
       (6, 'EndedInSilence', 'resolved', 'nothing', interval '0')) AS given (number, name, state, told, ended)`,
  );
  const standing = await database.sql.query<{ transition: number }>(STANDING);
  expect(standing.map(({ transition, ...row }) => [transition, Object.keys(row)])).toEqual([
    [1, ['id', 'told']],
    [4, ['id', 'told']],
  ]);
});
