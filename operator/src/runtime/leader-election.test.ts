import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../kube/index.ts';
import { sendStatus } from '../kube/testing/answers.ts';
import { NotLeaderError } from './errors.ts';
import { LeaderElector } from './leader-election.ts';
import { leases, microTime, type LeaseSpec } from './lease.ts';
import { RuntimeMetrics } from './metrics.ts';
import { FakeClock } from './testing/fake-clock.ts';
import { startHarness, until, type Harness } from './testing/harness.ts';

const LEASES = 'apis/coordination.k8s.io/v1/leases';
const NOON = Date.parse('2026-01-02T12:00:00Z');
const HOUR = 3_600_000;
const STEP_MS = 100;
const forever = new AbortController().signal;

let harness: Harness;
let stop: AbortController;
let clocks: FakeClock[];

beforeEach(async () => {
  harness = await startHarness();
  stop = new AbortController();
  clocks = [];
});

afterEach(async () => {
  stop.abort();
  await harness.close();
});

/** Each process has a clock of its own; only their speed is the same. */
function elector(identity: string, skewMs = 0, metrics?: RuntimeMetrics): LeaderElector {
  const clock = new FakeClock(NOON + skewMs);
  clocks.push(clock);
  const options = {
    client: harness.client,
    namespace: 'a',
    name: 'operator',
    identity,
    clock,
    log: silentLog,
  };
  return new LeaderElector({ ...options, random: () => 0.2, ...(metrics ? { metrics } : {}) });
}

/** Time passes on all machines; every step waits for the requests that it has caused. */
async function pass(byMs: number, quiet = true): Promise<void> {
  for (let passed = 0; passed < byMs; passed += STEP_MS) {
    for (const clock of clocks) await clock.advance(STEP_MS);
    if (quiet) await harness.quiet();
  }
}

/** The promise's end as a value that can be looked at without waiting. */
function observe(promise: Promise<void>): { ended: boolean; error: unknown } {
  const outcome: { ended: boolean; error: unknown } = { ended: false, error: undefined };
  promise.then(
    () => (outcome.ended = true),
    (error: unknown) => Object.assign(outcome, { ended: true, error }),
  );
  return outcome;
}

const spec = (): LeaseSpec =>
  (harness.server.objects.get(LEASES, 'a/operator') as { spec?: LeaseSpec }).spec ?? {};
const sent = (method: string): number =>
  harness.server.requests.filter((request) => request.method === method).length;

describe('the lease', () => {
  it('is created with six-digit times and renewed every 2 s with its version, keeping acquireTime', async () => {
    const metrics = new RuntimeMetrics();
    const leader = elector('one', 0, metrics);
    expect(leader.isLeader()).toBe(false);
    await leader.acquire(forever);
    expect(leader.isLeader()).toBe(true);
    const time = '2026-01-02T12:00:00.000000Z';
    expect(spec()).toEqual({
      ...{ holderIdentity: 'one', leaseDurationSeconds: 15, leaseTransitions: 0 },
      ...{ acquireTime: time, renewTime: time },
    });
    observe(leader.hold(stop.signal));
    await pass(6_000);
    expect(spec()).toMatchObject({
      acquireTime: time,
      renewTime: '2026-01-02T12:00:06.000000Z',
      leaseTransitions: 0,
    });
    const puts = harness.server.requests.filter((request) => request.method === 'PUT');
    expect(puts).toHaveLength(3);
    expect(puts.every((request) => request.body.includes('"resourceVersion":"'))).toBe(true);
    // One read before the create, none for a renewal.
    expect(sent('GET')).toBe(1);
    expect(String((await metrics.expose()).body)).toContain(
      'leader_election_master_status{name="operator"} 1',
    );
  });

  it('has times of six digits: the API server answers 400 to any other number', () => {
    expect(microTime(Date.parse('2026-01-02T03:04:05.678Z'))).toBe('2026-01-02T03:04:05.678000Z');
  });

  it('needs durations in the right order', () => {
    const make = (leaseDurationMs: number, renewDeadlineMs: number, retryPeriodMs: number): LeaderElector =>
      new LeaderElector({
        ...{ client: harness.client, namespace: 'a', name: 'x', identity: 'i', log: silentLog },
        ...{ leaseDurationMs, renewDeadlineMs, retryPeriodMs },
      });
    expect(() => make(10, 10, 2)).toThrow('lease duration');
    expect(() => make(15, 10, 9)).toThrow('retry periods');
    expect(() => make(15, 10, 2)).not.toThrow();
  });
});

describe('a standby', () => {
  it.each([
    ['an hour ahead', HOUR],
    ['an hour behind', -HOUR],
  ])(
    'whose wall clock is %s takes nothing from a live leader, and takes over from a dead one',
    async (_name, skew) => {
      const leader = elector('one');
      await leader.acquire(forever);
      const death = new AbortController();
      observe(leader.hold(death.signal));
      const standby = elector('two', skew);
      const acquired = observe(standby.acquire(stop.signal));
      await pass(60_000);
      expect(acquired.ended).toBe(false);
      expect(leader.isLeader()).toBe(true);
      death.abort();
      // Its last renewal was at most 2 s ago, and lasts 10 s for itself and 15 s for the others.
      await pass(10_000);
      expect([leader.isLeader(), acquired.ended]).toEqual([false, false]);
      await pass(2_500);
      expect(acquired.ended).toBe(false);
      await pass(10_000);
      expect(acquired).toEqual({ ended: true, error: undefined });
      expect([leader.isLeader(), standby.isLeader()]).toEqual([false, true]);
      expect(spec()).toMatchObject({ holderIdentity: 'two', leaseTransitions: 1 });
    },
  );

  it('takes over at once when the lease is released, because it watches', async () => {
    const leader = elector('one');
    await leader.acquire(forever);
    const acquired = observe(elector('two').acquire(stop.signal));
    await pass(2_100);
    await until(() => harness.server.openWatches === 1);
    await leader.release();
    // No fake time passes any more.
    await until(() => acquired.ended);
    expect(leader.isLeader()).toBe(false);
    expect(
      harness.server.requests
        .map((request) => request.body)
        .find((body) => body.includes('"holderIdentity":""')),
    ).toContain('"leaseDurationSeconds":1');
    expect(spec()).toMatchObject({ holderIdentity: 'two', leaseTransitions: 1 });
  });

  it('is one of many: of all that race for a free lease, one wins', async () => {
    const candidates = ['one', 'two', 'three', 'four'].map((identity) => elector(identity));
    for (const candidate of candidates) observe(candidate.acquire(stop.signal));
    await pass(5_000);
    expect(candidates.filter((candidate) => candidate.isLeader())).toHaveLength(1);
    expect(sent('PUT')).toBe(0);
  });

  it('stops waiting with the signal', async () => {
    await elector('one').acquire(forever);
    const reason = new Error('stop');
    const acquired = observe(elector('two').acquire(stop.signal));
    await pass(500);
    stop.abort(reason);
    await until(() => acquired.ended);
    expect(acquired.error).toBe(reason);
    expect(spec().holderIdentity).toBe('one');
  });
});

describe('a leader', () => {
  it('survives an API server that fails for a while', async () => {
    const leader = elector('one');
    await leader.acquire(forever);
    let failures = 3;
    harness.server.script((request, response) => {
      if (failures === 0 || request.method === 'GET') return false;
      failures -= 1;
      sendStatus(response, 500, 'InternalError');
      return true;
    });
    const held = observe(leader.hold(stop.signal));
    await pass(30_000);
    expect([failures, leader.isLeader(), held.ended]).toEqual([0, true, false]);
  });

  it('gives up at the renew deadline when no answer comes, long before anyone else may lead', async () => {
    const leader = elector('one');
    await leader.acquire(forever);
    harness.server.script(() => true);
    const held = observe(leader.hold(stop.signal));
    await pass(9_900, false);
    expect([leader.isLeader(), held.ended]).toEqual([true, false]);
    await pass(200, false);
    expect(leader.isLeader()).toBe(false);
    await until(() => held.ended);
    expect(held.error).toBeInstanceOf(NotLeaderError);
    expect(held.error).toMatchObject({
      message: 'the leader lease operator is lost: it was not renewed for 10 s',
    });
  });

  it('that slept through its lease knows at once that it does not lead, and then learns who does', async () => {
    const leader = elector('one');
    await leader.acquire(forever);
    clocks[0]?.jump(60_000);
    expect(leader.isLeader()).toBe(false);
    harness.server.objects.update(LEASES, 'a/operator', (lease) => ({
      ...lease,
      spec: { holderIdentity: 'two', leaseDurationSeconds: 15, renewTime: microTime(0), leaseTransitions: 1 },
    }));
    const held = observe(leader.hold(stop.signal));
    await pass(STEP_MS);
    expect(held.error).toMatchObject({ message: 'the leader lease operator is lost: it is held by two' });
    expect(spec().holderIdentity).toBe('two');
  });

  it('goes on when somebody deletes the lease or writes a label on it', async () => {
    const leader = elector('one');
    await leader.acquire(forever);
    const held = observe(leader.hold(stop.signal));
    harness.server.objects.update(LEASES, 'a/operator', (lease) => ({
      ...lease,
      metadata: { ...lease.metadata, labels: { a: '1' } },
    }));
    await pass(30_000);
    expect(harness.server.objects.get(LEASES, 'a/operator').metadata['labels']).toEqual({ a: '1' });
    harness.server.objects.delete(LEASES, 'a/operator');
    await pass(30_000);
    expect([leader.isLeader(), held.ended, spec().holderIdentity]).toEqual([true, false, 'one']);
  });

  it('releases only what is its own', async () => {
    await elector('one').acquire(forever);
    await elector('two').release();
    expect(sent('PUT')).toBe(0);
  });

  it('releases a lease that it took without hearing of it', async () => {
    const leader = elector('one');
    const acquired = observe(leader.acquire(stop.signal));
    // Carried out, and the answer never comes: the process is told to stop meanwhile.
    let asked = false;
    harness.server.script((request, response) => {
      if (request.method !== 'POST') return false;
      const body = JSON.parse(request.body) as { metadata: { name: string } };
      harness.server.objects.create(LEASES, 'a', body);
      asked = true;
      void response;
      return true;
    });
    await until(() => asked);
    stop.abort(new Error('SIGTERM'));
    await until(() => acquired.ended);
    expect(spec().holderIdentity).toBe('one');
    await leader.release();
    expect(spec().holderIdentity).toBe('');
  });

  it('releases a lease whose last renewal it never heard of', async () => {
    const leader = elector('one');
    await leader.acquire(forever);
    const stored = await harness.client.get(leases, { namespace: 'a', name: 'operator' }, forever);
    if (!stored) throw new Error('there is no lease');
    await harness.client.replace(leases, stored, {}, forever);
    await leader.release();
    expect(spec().holderIdentity).toBe('');
  });
});
