/**
 * Events as the API server keeps them: one object for each reason, which becomes a series where the reason comes back.
 * The operator's own Role carries every call, `patch events.events.k8s.io` among them.
 */
import { afterEach, describe, expect, inject, it } from 'vitest';
import { Client, HttpTransport, silentLog, type KubeObject } from '../../operator/src/kube/index.ts';
import { EventBroadcaster } from '../../operator/src/runtime/index.ts';
import { FakeClock } from '../../operator/src/runtime/testing/fake-clock.ts';
import { OBJECT_NAME } from '../support/plan-objects.ts';
import type { Plan } from '../support/plan.ts';
import { eventually } from '../support/wait.ts';
import { SLOT_TEST_MS, withPlan } from '../support/with-plan.ts';
import { formatRecord, type RequestRecord } from '../support/write-log.ts';

const tier = inject('tier');
const MINUTE = 60_000;
const EVENTS = 'events.events.k8s.io';

interface Event extends KubeObject {
  readonly reason: string;
  readonly type: string;
  readonly note: string;
  readonly reportingController: string;
  readonly regarding: { readonly kind: string; readonly name: string; readonly uid: string };
  readonly series?: { readonly count: number; readonly lastObservedTime: string };
}

/** What the operator said of the object. */
async function eventsOf(plan: Plan): Promise<readonly Event[]> {
  const all = await plan.list<Event>('events.k8s.io/v1', 'events');
  return all.filter(({ regarding }) => regarding.kind === 'StockAnalysis' && regarding.name === OBJECT_NAME);
}

const ofReason = async (plan: Plan, reason: string): Promise<readonly Event[]> =>
  (await eventsOf(plan)).filter((event) => event.reason === reason);

const writesOf = (plan: Plan): readonly RequestRecord[] =>
  plan.proxy.log.writes.filter(({ object }) => object.startsWith(`${EVENTS}/`));

const verbsOf = (plan: Plan): string[] => writesOf(plan).map(({ verb }) => verb);

/** Waits until the Event of this reason is there alone and counts so much; 1: it is no series. */
function waitForCount(plan: Plan, reason: string, count: number): Promise<Event> {
  return eventually({ what: `one Event ${reason} that counts ${count}`, timeoutMs: 90_000 }, async () => {
    const [event, ...more] = await ofReason(plan, reason);
    return more.length === 0 && (event?.series?.count ?? 1) === count ? event : undefined;
  });
}

describe.concurrent('trouble that comes back', () => {
  it('is one Event that becomes a series', { timeout: SLOT_TEST_MS }, () =>
    withPlan(tier, 'event-series', async (plan) => {
      const unschedulable = { type: 'Ready', status: 'False', reason: 'PodUnschedulable' };
      await plan.converge({ server: { resources: { requests: { cpu: 1 } } } });
      for (let times = 0; times < 3; times += 1) {
        await plan.patchSpec({ server: { resources: { requests: { cpu: 1000 } } } });
        await plan.waitForCondition(unschedulable);
        await plan.patchSpec({ server: { resources: { requests: { cpu: 1 } } } });
        await plan.waitReady();
      }
      // From the third on they are only counted: the API server is told when the series ends.
      const event = await waitForCount(plan, 'PodUnschedulable', 2);
      await waitForCount(plan, 'Available', 2);
      await plan.settle();
      expect(event).toMatchObject({
        type: 'Warning',
        reportingController: 'stockanalysis.dev/operator',
        regarding: { uid: (await plan.object()).metadata.uid },
        note: expect.stringContaining('Insufficient cpu'),
      });
      const reasons = (await eventsOf(plan)).map(({ reason }) => reason);
      expect(new Set(reasons).size).toBe(reasons.length);
      const patched = writesOf(plan).filter(({ verb }) => verb === 'patch');
      expect(patched.map(({ status }) => status)).toEqual([200, 200]);
      expect(verbsOf(plan).filter((verb) => verb === 'create')).toHaveLength(reasons.length);
      expect(plan.proxy.log.denied.map(formatRecord)).toEqual([]);
    }),
  );
});

describe('an Event of a broadcaster whose clock is moved on', () => {
  const stopping: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const stop of stopping.splice(0)) await stop();
  });

  /** Says the same of the object again. */
  async function broadcast(plan: Plan, clock: FakeClock): Promise<() => void> {
    const { server, serverName = '', ca = '', token = '' } = plan.proxy.connection;
    const transport = new HttpTransport({
      ...{ server: server.origin, tlsServerName: serverName },
      ...{ ca: { data: ca }, token: { data: token } },
    });
    const broadcaster = new EventBroadcaster({
      client: new Client(transport, { fieldManager: 'test' }),
      ...{ reportingController: 'stockanalysis.dev/operator', reportingInstance: 'test' },
      ...{ log: silentLog, clock },
    });
    const stop = new AbortController();
    const running = broadcaster.run(stop.signal);
    stopping.push(async () => {
      stop.abort();
      await running;
      await transport.close();
    });
    const { metadata } = await plan.createObject();
    const { uid = '', resourceVersion = '' } = metadata;
    const object = {
      ...{ apiVersion: 'stockanalysis.dev/v1alpha1', kind: 'StockAnalysis' },
      metadata: { name: OBJECT_NAME, namespace: plan.namespace, uid, resourceVersion },
    };
    const note = {
      type: 'Warning',
      reason: 'PodUnschedulable',
      action: 'Reconcile',
      note: 'no node',
    } as const;
    return () => broadcaster.event(object, note);
  }

  it(
    'ends with its final count after 10 min of silence; the next is a new one',
    { timeout: SLOT_TEST_MS },
    () =>
      withPlan(tier, 'event-end', async (plan) => {
        const clock = new FakeClock(Date.now());
        const happen = await broadcast(plan, clock);
        happen();
        await waitForCount(plan, 'PodUnschedulable', 1);
        for (let more = 0; more < 6; more += 1) {
          await clock.advance(MINUTE);
          happen();
        }
        await waitForCount(plan, 'PodUnschedulable', 2);
        await clock.advance(9 * MINUTE);
        expect(verbsOf(plan)).toEqual(['create', 'patch']);
        await clock.advance(2 * MINUTE);
        const { series } = await waitForCount(plan, 'PodUnschedulable', 7);
        expect(Date.parse(series?.lastObservedTime ?? '')).toBe(clock.now() - 11 * MINUTE);
        happen();
        await eventually({ what: 'a second Event', timeoutMs: 90_000 }, async () =>
          (await ofReason(plan, 'PodUnschedulable')).length === 2 ? true : undefined,
        );
        expect(verbsOf(plan)).toEqual(['create', 'patch', 'patch', 'create']);
      }),
  );

  // The API server forgets Events after an hour, and trouble may last longer.
  it(
    'that the API server has forgotten is made anew as the series that it is',
    { timeout: SLOT_TEST_MS },
    () =>
      withPlan(tier, 'event-forgotten', async (plan) => {
        const clock = new FakeClock(Date.now());
        const happen = await broadcast(plan, clock);
        happen();
        const { metadata } = await waitForCount(plan, 'PodUnschedulable', 1);
        await plan.client.delete(plan.path('events.k8s.io/v1', 'events', metadata.name));
        happen();
        expect((await waitForCount(plan, 'PodUnschedulable', 2)).metadata.name).toBe(metadata.name);
        // It may be there before the proxy has noted the answer.
        await plan.settle();
        expect(writesOf(plan).map(({ verb, status }) => [verb, status])).toEqual([
          ['create', 201],
          ['patch', 404],
          ['create', 201],
        ]);
      }),
  );
});
