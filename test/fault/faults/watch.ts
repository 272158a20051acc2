/**
 * Watches that lag, lose, fall silent or expire, for one kind at a time. A watch that loses an event and goes on as if
 * nothing had happened does not exist: what an operator may miss are states that came and went between a watch that
 * broke and the list after it, so losing ends in a 410.
 */
import { Transform } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OperatorOptions } from '../../../operator/src/operator.ts';
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
  'persistentvolumeclaims',
  'statefulsets',
  'deployments',
  'jobs',
  'pods',
] as const;

/** For how long a disturbed watch stays so after its first event. Longer than the 2 s that reads wait for own writes. */
const DISTURBED_MS = 3500;

const GONE = {
  type: 'ERROR',
  object: {
    apiVersion: 'v1',
    kind: 'Status',
    status: 'Failure',
    code: 410,
    reason: 'Expired',
    message: 'too old resource version: fault',
  },
};

interface Stream {
  push(text: string): void;
  /** Of what the operator reads. What still comes from the API server is taken in and dropped. */
  end(): void;
}

/** What becomes of the lines while the fault lasts, and what happens when it is over. */
interface Behaviour {
  keeps: boolean;
  after: (stream: Stream, held: readonly string[]) => void;
}

const BEHAVIOURS = {
  /** An API server that lags behind. */
  delay: { keeps: true, after: (stream, held) => held.forEach((line) => stream.push(`${line}\n`)) },
  /** What happened meanwhile is only seen as its result, by a list. */
  lose: {
    keeps: false,
    after: (stream) => {
      stream.push(`${JSON.stringify(GONE)}\n`);
      stream.end();
    },
  },
  /** A peer that is gone without a word: open, and nothing ever comes again. The operator must find that out. */
  silence: { keeps: false, after: () => undefined },
} satisfies Readonly<Record<string, Behaviour>>;

class DisturbedWatch extends Transform {
  readonly #isOn: () => boolean;
  readonly #behaviour: Behaviour;
  readonly #struck: (line: string) => void;
  readonly #held: string[] = [];
  #rest = '';
  #isDead = false;

  constructor(isOn: () => boolean, behaviour: Behaviour, struck: (line: string) => void) {
    super();
    this.#isOn = isOn;
    this.#behaviour = behaviour;
    this.#struck = struck;
  }

  override _transform(chunk: Buffer, _encoding: string, done: () => void): void {
    const lines = (this.#rest + chunk.toString('utf8')).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#line(line);
    done();
  }

  #line(line: string): void {
    if (this.#isDead) return;
    if (!this.#isOn()) return void this.push(`${line}\n`);
    if (this.#behaviour.keeps) this.#held.push(line);
    if (this.#behaviour === BEHAVIOURS.silence) this.#isDead = true;
    this.#struck(line);
  }

  /** The fault is over for this watch. */
  release(): void {
    if (this.destroyed || this.#isDead) return;
    const end = (): void => {
      this.#isDead = true;
      this.push(null);
    };
    this.#behaviour.after({ push: (text) => this.push(text), end }, this.#held.splice(0));
  }
}

function disturb(plan: Plan, behaviour: Behaviour, kind: string): Strike {
  const open = new Set<DisturbedWatch>();
  let isOn = false;
  let struck: string | undefined;
  const note = (line: string): void => {
    const event: { type?: string; object?: { metadata?: { name?: string } } } = JSON.parse(line);
    if (event.type !== 'BOOKMARK') struck ??= `${event.type} ${kind}/${event.object?.metadata?.name}`;
  };
  const remove = plan.proxy.intercept({
    watchStream: ({ target }: Exchange) => {
      if (target.resource !== kind) return undefined;
      const watch = new DisturbedWatch(() => isOn, behaviour, note);
      open.add(watch);
      watch.once('close', () => open.delete(watch));
      return watch;
    },
  });
  return {
    arm: () => (isOn = true),
    hit: () => struck,
    recover: async () => {
      await sleep(DISTURBED_MS);
      isOn = false;
      for (const watch of open) watch.release();
    },
    remove,
  };
}

/** An operator that takes a silent watch for dead after two seconds, so that a plan need not wait for minutes. */
const IMPATIENT: OperatorOptions = { timings: { idleMs: 2000 } };

const watchFault = (name: keyof typeof BEHAVIOURS, operator: OperatorOptions): Fault => ({
  name: `watch-${name}`,
  group: 'watch',
  options: { inProcess: operator },
  points: () => KINDS,
  install: (plan, kind) => disturb(plan, BEHAVIOURS[name], kind),
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
      const watch = new Transform({
        transform(chunk: Buffer, _encoding, done) {
          if (isOver) return done();
          if (!isOn || struck !== undefined) return done(null, chunk);
          // The event is seen, and right after it the watch is gone.
          this.push(chunk);
          this.push(`${JSON.stringify(GONE)}\n`);
          this.push(null);
          isOver = true;
          return done();
        },
      });
      return watch;
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
    hit: () => struck,
    recover: () => Promise.resolve(),
    remove: () => {
      watching();
      listing();
    },
  };
}

export const WATCHES: readonly Fault[] = [
  watchFault('delay', {}),
  watchFault('lose', {}),
  watchFault('silence', IMPATIENT),
  {
    name: 'older-list',
    group: 'watch',
    options: { inProcess: {} },
    points: () => KINDS,
    install: serveOlderList,
  },
];
