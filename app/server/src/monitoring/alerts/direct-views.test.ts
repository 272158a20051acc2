import { describe, expect, it } from 'vitest';
import { directViews } from './direct-views.ts';

const database = { component: 'database', status: 'down', message: 'no answer', isCurrent: true } as const;
const engine = { status: 'degraded', message: 'no rule was judged' } as const;

describe('what is told without the database', () => {
  it('is what this worker sees, where others see no better', () => {
    expect(directViews({ database, engine, isAlone: false })).toEqual([
      database,
      { component: 'alerts', isCurrent: true, ...engine },
    ]);
  });

  it('is no outage where another worker reaches the database, and judges the rules', () => {
    expect(directViews({ database, engine, isAlone: true })).toEqual([
      {
        ...database,
        status: 'degraded',
        message: 'one worker does not reach it, and another one does: no answer',
      },
      { component: 'alerts', isCurrent: true, status: 'up' },
    ]);
  });

  it('leaves a database that takes no writes from here as it is', () => {
    const degraded = { ...database, status: 'degraded' } as const;
    expect(directViews({ database: degraded, engine, isAlone: true })[0]).toEqual(degraded);
  });
});
