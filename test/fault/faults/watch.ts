/**
 * Watches that lag, lose, fall silent or expire, for one kind at a time. A watch that loses an event and goes on as if
 * nothing had happened does not exist: what an operator may miss are states that came and went between a watch that
 * broke and the list after it, so losing ends in a 410.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { OperatorOptions } from '../../../operator/src/operator.ts';
import { byLine, EXPIRED, HeldWatches, type Release } from '../../support/held-watches.ts';
import type { Exchange } from '../../support/interceptors.ts';
import type { KubeObject, ObjectList } from '../../support/kube-objects.ts';
import type { Plan } from '../../support/plan.ts';
import type { Fault, Strike } from './fault.ts';

/** Every kind that the operator watches. */
const KINDS = [
  'stockanalyses',
  'secrets',
  'configmaps',
  'serviceaccounts',
  'services',
  'networkpolicies',
  'poddisruptionbudgets',
  'persistentvolumeclaims',
  'statefulsets',
  'deployments',
  'jobs',
  'pods',
] as const;

/** For how long a disturbed watch stays so after its first event. Longer than the 2 s that reads wait for own writes. */
const DISTURBED_MS = 3500;
/** Longer than the calm before the change, so that the watch which is to hear of it has not just been given up. */
const IDLE_MS = 3000;
/** So much earlier than that it is over: what begins after the dead watch was found is disturbed no more. */
const OVER_MS = 500;

/** What becomes of a watch when it was disturbed for long enough. */
const RELEASES = {
  /** An API server that lags behind. */
  delay: 'late',
  /** What happened meanwhile is only seen as its result, by a list. */
  lose: 'expired',
  /** A peer that is gone without a word: open, and nothing ever comes again. The operator must find that out. */
  silence: 'never',
} satisfies Readonly<Record<string, Release>>;

function disturb(plan: Plan, release: Release, kind: string, disturbedMs: number): Strike {
  let struck: string | undefined;
  const watches = new HeldWatches(plan.proxy, kind, (line) => {
    const event: { type?: string; object?: { metadata?: { name?: string } } } = JSON.parse(line);
    if (event.type !== 'BOOKMARK') struck ??= `${event.type} ${kind}/${event.object?.metadata?.name}`;
  });
  return {
    arm: () => watches.hold(),
    hit: () => (struck === undefined ? undefined : { text: struck }),
    recover: async () => {
      await sleep(disturbedMs);
      watches.release(release);
    },
    remove: watches.remove,
  };
}

/** See Fault.moreWrites. */
const MORE_WRITES = 6;

const watchFault = (
  name: keyof typeof RELEASES,
  operator: OperatorOptions = {},
  disturbedMs = DISTURBED_MS,
): Fault => ({
  name: `watch-${name}`,
  group: 'watch',
  options: { inProcess: operator },
  moreWrites: MORE_WRITES,
  points: () => KINDS,
  install: (plan, kind) => disturb(plan, RELEASES[name], kind, disturbedMs),
});

/**
 * Before an operator that takes a silent watch for dead after seconds, so that a plan need not wait for minutes. On a busy
 * machine the event may come whenever the watch has just been given up, turn after turn: later ones are more patient.
 */
const silence = (idleMs: number): Fault => ({
  ...watchFault('silence', { timings: { idleMs } }, idleMs - OVER_MS),
  inTurn: (turn) => silence(IDLE_MS * 2 ** (turn - 1)),
});

async function versionNow(plan: Plan): Promise<string> {
  const list = await plan.client.get<ObjectList<KubeObject>>(plan.path('v1', 'configmaps?limit=1'));
  return list.metadata.resourceVersion;
}

/**
 * The watch of a kind expires right after an event, and the list that follows is older than that event: another API
 * server that lags behind the first. It must be asked again, not believed.
 */
function serveOlderList(plan: Plan, kind: string): Strike {
  let isOn = false;
  let older = '';
  let struck: string | undefined;
  const watching = plan.proxy.intercept({
    watchStream: ({ target }: Exchange) => {
      if (target.resource !== kind) return undefined;
      let isOver = false;
      return byLine((line, watch) => {
        if (isOver) return;
        watch.push(`${line}\n`);
        if (!isOn || struck !== undefined) return;
        // The event is seen, and right after it the watch is gone.
        watch.push(EXPIRED);
        watch.push(null);
        isOver = true;
      });
    },
  });
  const listing = plan.proxy.intercept({
    rewrite: ({ target, path }: Exchange) => {
      if (!isOn || struck !== undefined || target.verb !== 'list' || target.resource !== kind)
        return undefined;
      struck = `list ${kind} at ${older}`;
      const url = new URL(path, 'http://api');
      url.searchParams.set('resourceVersion', older);
      url.searchParams.set('resourceVersionMatch', 'Exact');
      return url.pathname + url.search;
    },
  });
  return {
    arm: async () => {
      older = await versionNow(plan);
      isOn = true;
    },
    hit: () => (struck === undefined ? undefined : { text: struck }),
    recover: () => Promise.resolve(),
    remove: () => {
      watching();
      listing();
    },
  };
}

export const WATCHES: readonly Fault[] = [
  watchFault('delay'),
  watchFault('lose'),
  silence(IDLE_MS),
  {
    name: 'older-list',
    group: 'watch',
    options: { inProcess: {} },
    moreWrites: MORE_WRITES,
    points: () => KINDS,
    install: serveOlderList,
  },
];
