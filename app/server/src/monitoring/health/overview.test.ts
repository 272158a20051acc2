import { describe, expect, it } from 'vitest';
import { ALWAYS_THERE, type ComponentName, COMPONENTS, type ComponentStatus } from './component.ts';
import { overviewOf, STALE_SECONDS, type View } from './overview.ts';

function view(
  component: ComponentName,
  status: ComponentStatus,
  { role = 'server', ageSeconds = 1 } = {},
): View {
  return {
    component,
    status,
    message: status === 'up' ? '' : `${component} of ${role}`,
    details: {},
    responseTimeMs: 1,
    checkedAt: new Date(0),
    lastSuccessAt: undefined,
    process: `${role}@host:1`,
    role,
    ageSeconds,
  };
}

/** A server that is well, and a worker that tells of the rest. */
const OWN = ALWAYS_THERE.filter((name) => name !== 'market-data').map((name) => view(name, 'up'));
const WORKER = [view('market-data', 'up', { role: 'worker' }), view('database', 'up', { role: 'worker' })];

const replacing = (views: readonly View[], ...others: readonly View[]): View[] => [
  ...views.filter(({ component }) => !others.some((other) => other.component === component)),
  ...others,
];

const componentOf = (overview: ReturnType<typeof overviewOf>, name: ComponentName) =>
  overview.components.find((component) => component.name === name);

describe('the overview', () => {
  it('is up when all that is configured is, and names what is not', () => {
    const overview = overviewOf(OWN, WORKER);
    expect(overview.status).toBe('up');
    expect(overview.components.map(({ name, status }) => [name, status])).toEqual(
      COMPONENTS.filter((name) => ALWAYS_THERE.includes(name)).map((name) => [name, 'up']),
    );
    expect(overview.notConfigured).toEqual([
      'ai',
      'mail',
      'webhook',
      'database-volume',
      'backups',
      'certificates',
    ]);
  });

  it('claims nothing of what nobody has told of', () => {
    const overview = overviewOf(OWN, []);
    expect(overview.status).toBe('degraded');
    expect(componentOf(overview, 'market-data')).toEqual({
      name: 'market-data',
      status: 'degraded',
      message: 'no process has told of it yet',
      views: [],
    });
  });

  it.each(['market-data', 'mail', 'disk', 'memory', 'job-queue', 'ai', 'webhook', 'backups'] as const)(
    'is degraded and not down when %s is in trouble',
    (name) => {
      const overview = overviewOf(replacing(OWN, view(name, 'down')), replacing(WORKER, view(name, 'down')));
      expect([overview.status, componentOf(overview, name)?.status]).toEqual(['degraded', 'degraded']);
    },
  );

  it.each(['database', 'schema', 'api'] as const)('is down when %s is', (name) => {
    expect(overviewOf(replacing(OWN, view(name, 'down')), WORKER).status).toBe('down');
  });

  it('is degraded when another process alone cannot reach what is essential, and tells of both', () => {
    const overview = overviewOf(OWN, replacing(WORKER, view('database', 'down', { role: 'worker' })));
    expect(overview.status).toBe('degraded');
    expect(componentOf(overview, 'database')).toMatchObject({
      status: 'degraded',
      message: 'database of worker',
      views: [{ role: 'server' }, { role: 'worker' }],
    });
  });

  it('counts a process that has gone silent as missed, with the age of its last word', () => {
    const silent = view('market-data', 'up', { role: 'worker', ageSeconds: STALE_SECONDS + 30 });
    expect(componentOf(overviewOf(OWN, [silent]), 'market-data')).toMatchObject({
      status: 'degraded',
      message: 'worker@host:1 told of it last, 90 s ago, and then it was up',
    });
    // Another worker that tells of it takes its place.
    const successor = view('market-data', 'up', { role: 'worker' });
    expect(overviewOf(OWN, [silent, successor]).status).toBe('up');
  });

  it('of a worker says that no server answers only while the database would have told of one', () => {
    const worker = OWN.filter(({ component }) => component !== 'api');
    const server = view('api', 'up', { ageSeconds: STALE_SECONDS + 1 });
    const market = view('market-data', 'up');
    expect(componentOf(overviewOf([...worker, market], [server]), 'api')?.status).toBe('down');
    const blind = replacing([...worker, market], view('database', 'down'));
    expect(componentOf(overviewOf(blind, [server]), 'api')?.status).toBe('degraded');
  });
});
