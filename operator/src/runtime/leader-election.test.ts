import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../kube/index.ts';
import { sendStatus } from '../kube/testing/fake-api-server.ts';
import { NotLeaderError } from './errors.ts';
import { LeaderElector } from './leader-election.ts';
import { microTime, type LeaseSpec } from './lease.ts';
import { RuntimeMetrics } from './metrics.ts';
import { delay, SkewedClock, startHarness, type Harness } from './testing/harness.ts';

const LEASES = 'apis/coordination.k8s.io/v1/leases';
const HOUR = 3_600_000;
const forever = new AbortController().signal;

let harness: Harness;
let stop: AbortController;
const running: Promise<unknown>[] = [];

beforeEach(async () => {
  harness = await startHarness();
  stop = new AbortController();
});

afterEach(async () => {
  stop.abort();
  await Promise.allSettled(running.splice(0));
  await harness.close();
});

function elector(identity: string, clock = new SkewedClock(), metrics?: RuntimeMetrics): LeaderElector {
  return new LeaderElector({
    ...{ client: harness.client, namespace: 'a', name: 'operator', identity, clock, log: silentLog },
    ...{ leaseDurationMs: 1_000, renewDeadlineMs: 600, retryPeriodMs: 60, random: () => 0.2 },
    ...(metrics ? { metrics } : {}),
  });
}

function hold(leader: LeaderElector, signal = stop.signal): Promise<void> {
  const holding = leader.hold(signal);
  running.push(holding.catch(() => undefined));
  return holding;
}

const spec = (): LeaseSpec => (harness.server.objects.get(LEASES, 'a/operator') as { spec?: LeaseSpec }).spec ?? {};
const writes = (): number => harness.server.requests.filter((request) => request.method === 'PUT').length;

describe('the lease', () => {
  it('is created with six-digit times and renewed with its version, keeping acquireTime', async () => {
    const metrics = new RuntimeMetrics();
    const leader = elector('one', new SkewedClock(), metrics);
    expect(leader.isLeader()).toBe(false);
    await leader.acquire(forever);
    expect(leader.isLeader()).toBe(true);
    const first = spec();
    expect(first).toMatchObject({ holderIdentity: 'one', leaseDurationSeconds: 1, leaseTransitions: 0 });
    expect(first.renewTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    void hold(leader);
    await delay(200);
    expect(writes()).toBeGreaterThanOrEqual(2);
    expect(harness.server.requests.filter((request) => request.method === 'PUT').every((request) => request.body.includes('"resourceVersion":"'))).toBe(true);
    expect(spec().acquireTime).toBe(first.acquireTime);
    expect(spec().renewTime).not.toBe(first.renewTime);
    // Renewing reads nothing.
    expect(harness.server.requests.filter((request) => request.method === 'GET')).toHaveLength(1);
    expect((await metrics.expose()).text).toContain('leader_election_master_status{name="operator"} 1');
  });

  it('is refused with times of three digits by a real API server, so microTime has six', () => {
    expect(microTime(Date.parse('2026-01-02T03:04:05.678Z'))).toBe('2026-01-02T03:04:05.678000Z');
  });

  it('needs durations in the right order', () => {
    const make = (leaseDurationMs: number, renewDeadlineMs: number, retryPeriodMs: number): LeaderElector =>
      new LeaderElector({ ...{ client: harness.client, namespace: 'a', name: 'x', identity: 'i', log: silentLog }, leaseDurationMs, renewDeadlineMs, retryPeriodMs });
    expect(() => make(10, 10, 2)).toThrow('lease duration');
    expect(() => make(15, 10, 9)).toThrow('retry periods');
    expect(() => make(15, 10, 2)).not.toThrow();
  });
});

describe('a standby', () => {
  it.each([
    ['an hour ahead', HOUR],
    ['an hour behind', -HOUR],
  ])('whose wall clock is %s takes nothing from a live leader, and takes over from a dead one', async (_name, skew) => {
    const leader = elector('one');
    await leader.acquire(forever);
    const died = new AbortController();
    void hold(leader, died.signal);
    const standby = elector('two', new SkewedClock(skew));
    let took = false;
    const acquired = standby.acquire(stop.signal).then(() => (took = true));
    await delay(1_300);
    expect(took).toBe(false);
    expect(leader.isLeader()).toBe(true);
    died.abort();
    const diedAt = performance.now();
    await acquired;
    expect(performance.now() - diedAt).toBeGreaterThan(800);
    expect(leader.isLeader()).toBe(false);
    expect(spec()).toMatchObject({ holderIdentity: 'two', leaseTransitions: 1 });
  });

  it('takes over at once when the lease is released, because it watches', async () => {
    const leader = elector('one');
    await leader.acquire(forever);
    const standby = new LeaderElector({
      ...{ client: harness.client, namespace: 'a', name: 'operator', identity: 'two', log: silentLog },
      ...{ leaseDurationMs: 15_000, renewDeadlineMs: 10_000, retryPeriodMs: 300, random: () => 1 },
    });
    const acquired = standby.acquire(stop.signal);
    await delay(450);
    expect(harness.server.openWatches).toBe(1);
    const released = performance.now();
    await leader.release();
    expect(spec()).toMatchObject({ holderIdentity: '', leaseDurationSeconds: 1 });
    await acquired;
    expect(performance.now() - released).toBeLessThan(150);
    expect(leader.isLeader()).toBe(false);
  });

  it('is one of many: of all that race for a free lease, one wins', async () => {
    const candidates = ['one', 'two', 'three', 'four'].map((identity) => elector(identity));
    const won = candidates.map((candidate) => candidate.acquire(stop.signal).then(() => candidate));
    running.push(...won);
    const winner = await Promise.race(won);
    await delay(150);
    expect(candidates.filter((candidate) => candidate.isLeader())).toEqual([winner]);
  });

  it('stops waiting with the signal', async () => {
    await elector('one').acquire(forever);
    const reason = new Error('stop');
    const acquired = elector('two').acquire(stop.signal);
    setTimeout(() => stop.abort(reason), 30);
    await expect(acquired).rejects.toBe(reason);
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
    void hold(leader);
    await delay(400);
    expect(failures).toBe(0);
    expect(leader.isLeader()).toBe(true);
  });

  it('gives up when it cannot renew within the deadline, long before anyone else may lead', async () => {
    const leader = elector('one');
    await leader.acquire(forever);
    harness.server.script(() => true);
    const started = performance.now();
    await expect(hold(leader)).rejects.toBeInstanceOf(NotLeaderError);
    expect(performance.now() - started).toBeLessThan(900);
    expect(leader.isLeader()).toBe(false);
  });

  it('that slept through its lease knows at once that it does not lead, and then learns who does', async () => {
    const clock = new SkewedClock();
    const leader = elector('one', clock);
    await leader.acquire(forever);
    clock.jump(60_000);
    expect(leader.isLeader()).toBe(false);
    harness.server.objects.update(LEASES, 'a/operator', (lease) => ({
      ...lease,
      spec: { holderIdentity: 'two', leaseDurationSeconds: 15, renewTime: microTime(0), leaseTransitions: 1 },
    }));
    await expect(hold(leader)).rejects.toThrow('the leader lease operator is lost: it is held by two');
    expect(spec().holderIdentity).toBe('two');
  });

  it('goes on when somebody deletes the lease or writes a label on it', async () => {
    const leader = elector('one');
    await leader.acquire(forever);
    void hold(leader);
    harness.server.objects.update(LEASES, 'a/operator', (lease) => ({ ...lease, metadata: { ...lease.metadata, labels: { a: '1' } } }));
    await delay(200);
    expect(leader.isLeader()).toBe(true);
    harness.server.objects.delete(LEASES, 'a/operator');
    await delay(200);
    expect(leader.isLeader()).toBe(true);
    expect(spec().holderIdentity).toBe('one');
  });

  it('releases only what is its own', async () => {
    await elector('one').acquire(forever);
    const before = writes();
    await elector('two').release();
    expect(writes()).toBe(before);
  });
});
