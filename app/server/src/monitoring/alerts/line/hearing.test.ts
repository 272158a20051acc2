import { describe, expect, it } from 'vitest';
import type { ToldAlert, WorkerAnswer } from './answer.ts';
import { askedOf, elsewhereOf, type Heard, heardNow, type Worker, workersBefore } from './hearing.ts';

const [LEADER, SECOND, OWN, LAST] = ['leader', 'second', 'own', 'last'];
const worker = (process: string, address: string | null = 'http://127.0.0.1:1'): Worker => ({
  process,
  address,
});
const LINE = [LEADER, SECOND, OWN, LAST].map((process) => worker(process));
const TOLD: ToldAlert = {
  rule: 'DatabaseDown',
  id: '5b0c6c1c-0d0a-4b7e-8d43-0c6a5c6a3f10',
  told: { transition: 1, toldFiringAt: 5 },
};
const TROUBLE = { database: 'down', engine: 'up' } as const;
const answer = (changes: Partial<WorkerAnswer> = {}): WorkerAnswer => ({
  process: LEADER,
  judges: true,
  duty: 'leads',
  database: 'down',
  alerts: [],
  ...changes,
});
const heard = (changes: Partial<Heard> = {}): Heard => ({
  judgedAt: 100,
  tellsAt: 100,
  wellAt: undefined,
  alerts: [TOLD],
  ...changes,
});

describe('the line', () => {
  it('has those before a worker, who leads first, and nobody before the first', () => {
    expect(workersBefore(LINE, OWN).map(({ process }) => process)).toEqual([LEADER, SECOND]);
    expect(workersBefore(LINE, LEADER)).toEqual([]);
  });

  it('is nothing to a worker that is not in it', () => {
    expect(workersBefore(LINE, 'stranger')).toEqual([]);
    expect(workersBefore([], OWN)).toEqual([]);
  });
});

describe('an answer', () => {
  it.each<[string, Partial<WorkerAnswer>, Partial<Heard>]>([
    ['of one that sees the same', {}, { judgedAt: 9, tellsAt: 9 }],
    ['of one that has told', { alerts: [TOLD] }, { judgedAt: 9, tellsAt: 9 }],
    [
      'of one whose channels fail',
      { alerts: [{ ...TOLD, told: null }] },
      { judgedAt: 9, tellsAt: undefined },
    ],
    ['of one that looks on', { duty: 'looks-on' }, { judgedAt: 9, tellsAt: undefined }],
    ['of one to whom the database answers', { database: 'up' }, { judgedAt: 9, tellsAt: undefined }],
    [
      'of one where all is well',
      { database: 'up', engine: 'up' },
      { judgedAt: 9, tellsAt: undefined, wellAt: 9 },
    ],
    ['of one that says nothing of its engine', { database: 'up' }, { wellAt: undefined }],
    ['of one that judges no rules', { database: 'up', engine: 'down' }, { wellAt: undefined }],
    ['of one that does not look any more', { judges: false }, { judgedAt: undefined, tellsAt: undefined }],
  ])('%s: %o', (_, changes, expected) => {
    expect(heardNow(undefined, answer(changes), TROUBLE, 9)).toMatchObject(expected);
  });

  it('leaves the times of what an earlier one said', () => {
    expect(heardNow(heard(), answer({ judges: false }), TROUBLE, 109)).toEqual({
      judgedAt: 100,
      tellsAt: 100,
      wellAt: undefined,
      alerts: [],
    });
  });
});

it('is no word of the trouble of an engine from one that judges the rules', () => {
  const own = { database: 'up', engine: 'down' } as const;
  expect(heardNow(undefined, answer({ database: 'up', engine: 'up' }), own, 9).tellsAt).toBeUndefined();
  expect(heardNow(undefined, answer({ database: 'up', engine: 'down' }), own, 9).tellsAt).toBe(9);
});

describe('what came of asking', () => {
  it('is the newest of those before, and of nobody behind', () => {
    const all = new Map([
      [LEADER, heard({ judgedAt: 50, tellsAt: 40 })],
      [SECOND, heard({ judgedAt: 60, tellsAt: undefined })],
      [LAST, heard({ judgedAt: 900, tellsAt: 900 })],
    ]);
    expect(askedOf(workersBefore(LINE, OWN), all, 7)).toEqual({
      since: 7,
      isEverybody: true,
      heardAt: 60,
      tellsAt: 40,
    });
  });

  it('is nothing where nobody is before, and says where somebody cannot be asked', () => {
    expect(askedOf([], new Map(), 7)).toBeUndefined();
    expect(askedOf([worker(LEADER), worker(SECOND, null)], new Map(), 7)).toEqual({
      since: 7,
      isEverybody: false,
      heardAt: undefined,
      tellsAt: undefined,
    });
  });
});

describe('who else has told', () => {
  const isThere = (at: number): boolean => at >= 100;
  const elsewhere = (own: string, all: Readonly<Record<string, Heard>>) =>
    elsewhereOf('DatabaseDown', LINE, own, new Map(Object.entries(all)), isThere);

  it('is one before or behind', () => {
    expect(elsewhere(OWN, { [LEADER]: heard() })).toEqual({
      isThere: true,
      isBefore: true,
      id: TOLD.id,
      told: TOLD.told,
    });
    expect(elsewhere(LEADER, { [LAST]: heard() })).toMatchObject({ isThere: true, isBefore: false });
  });

  it('is one that is there before one that is gone, wherever they stand', () => {
    const gone = heard({ judgedAt: 99 });
    expect(elsewhere(OWN, { [LEADER]: gone })).toMatchObject({ isThere: false, isBefore: true });
    expect(elsewhere(OWN, { [LEADER]: gone, [LAST]: heard() })).toMatchObject({
      isThere: true,
      isBefore: false,
    });
  });

  it('is nobody where no channel has taken it, or it is about another rule, or was said by this one', () => {
    expect(elsewhere(OWN, { [LEADER]: heard({ alerts: [{ ...TOLD, told: null }] }) })).toBeUndefined();
    expect(elsewhere(OWN, { [LEADER]: heard({ alerts: [{ ...TOLD, rule: 'Other' }] }) })).toBeUndefined();
    expect(elsewhere(OWN, { [OWN]: heard() })).toBeUndefined();
  });
});
