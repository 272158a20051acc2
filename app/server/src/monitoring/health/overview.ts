import {
  ALWAYS_THERE,
  boundedStatus,
  COMPONENTS,
  type ComponentName,
  type ComponentState,
  type ComponentStatus,
  worstOf,
} from './component.ts';

/** A process's word about a component. */
export interface View extends ComponentState {
  readonly process: string;
  readonly role: string;
  readonly ageSeconds: number;
}

export interface ComponentOverview {
  readonly name: ComponentName;
  readonly status: ComponentStatus;
  /** Why it is not up. */
  readonly message: string;
  /** Everybody's word, the answering process first; empty where nobody has told of it. */
  readonly views: readonly View[];
}

export interface Overview {
  readonly status: ComponentStatus;
  readonly components: readonly ComponentOverview[];
  readonly notConfigured: readonly ComponentName[];
}

/** Four exchanges: who has told nothing for so long is gone, or cannot write. */
export const STALE_SECONDS = 60;

/**
 * Makes one picture of what all processes told.
 * @param own what the answering process sees itself, of this moment
 * @param others what the others told through the database
 */
export function overviewOf(own: readonly View[], others: readonly View[]): Overview {
  // Without the database nobody hears of the others, and their silence means nothing.
  const hears = own.some(({ component, status }) => component === 'database' && status === 'up');
  const known = new Set([...ALWAYS_THERE, ...[...own, ...others].map(({ component }) => component)]);
  const components = COMPONENTS.filter((name) => known.has(name)).map((name) => {
    const of = (views: readonly View[]): View[] => views.filter(({ component }) => component === name);
    return judge(name, of(own), of(others), hears);
  });
  return {
    status: worstOf(components.map(({ status }) => status)),
    components,
    notConfigured: COMPONENTS.filter((name) => !known.has(name)),
  };
}

function judge(
  name: ComponentName,
  own: readonly View[],
  others: readonly View[],
  hears: boolean,
): ComponentOverview {
  const newestFirst = others.toSorted((one, other) => one.ageSeconds - other.ageSeconds);
  const fresh = [...own, ...newestFirst.filter(({ ageSeconds }) => ageSeconds <= STALE_SECONDS)];
  if (fresh.length === 0) return silent(name, newestFirst[0], hears);
  const bad = fresh.filter(({ status }) => status !== 'up');
  // One of several processes in trouble leaves the others at work; what this one cannot do, it answers for itself.
  const isDown =
    own.some(({ status }) => status === 'down') || fresh.every(({ status }) => status === 'down');
  const status = boundedStatus(name, isDown ? 'down' : bad.length > 0 ? 'degraded' : 'up');
  const remarks = fresh.filter(({ message }) => message !== '');
  return {
    name,
    status,
    message: [...new Set(remarks.map(({ message }) => message))].join('; '),
    views: fresh,
  };
}

function silent(name: ComponentName, last: View | undefined, hears: boolean): ComponentOverview {
  if (last === undefined)
    return { name, status: 'degraded', message: 'no process has told of it yet', views: [] };
  const seconds = Math.round(last.ageSeconds);
  const message = `${last.process} told of it last, ${seconds} s ago, and then it was ${last.status}`;
  return { name, status: boundedStatus(name, hears ? 'down' : 'degraded'), message, views: [last] };
}
