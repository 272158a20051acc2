import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HttpTransport, silentLog, Client, type KubeObject } from '../kube/index.ts';
import { sendStatus } from '../kube/testing/answers.ts';
import type { RecordedRequest } from '../kube/testing/fake-api-server.ts';
import type { EventBody, EventNote } from './event-series.ts';
import { EventSeries } from './event-series.ts';
import { RuntimeMetrics } from './metrics.ts';
import { EventBroadcaster } from './recorder.ts';
import { FakeClock } from './testing/fake-clock.ts';
import { delay, startHarness, type Harness } from './testing/harness.ts';

const MINUTE = 60_000;
const object = (name: string, uid = name): KubeObject => ({
  apiVersion: 'example.org/v1',
  kind: 'Thing',
  metadata: { name, namespace: 'a', uid, resourceVersion: '7' },
});
const pulled: EventNote = {
  type: 'Warning',
  reason: 'ImagePullFailed',
  action: 'Reconcile',
  note: 'no such image',
};

describe('EventSeries', () => {
  it('creates the first, makes the second a series, counts the rest', () => {
    const clock = new FakeClock();
    const series = new EventSeries(clock, 'example.org/operator', 'pod-1');
    const first = series.add(object('x'), pulled);
    expect(first?.kind).toBe('create');
    expect(first?.body).toEqual<EventBody>({
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { namespace: 'a', name: expect.stringMatching(/^x\.[0-9a-f]+$/) as string },
      eventTime: '2026-01-02T03:04:05.678000Z',
      type: 'Warning',
      reason: 'ImagePullFailed',
      action: 'Reconcile',
      note: 'no such image',
      regarding: {
        apiVersion: 'example.org/v1',
        kind: 'Thing',
        namespace: 'a',
        name: 'x',
        uid: 'x',
        resourceVersion: '7',
      },
      reportingController: 'example.org/operator',
      reportingInstance: 'pod-1',
    });
    clock.advanceSync(1_000);
    const second = series.add(object('x'), { ...pulled, note: 'another text' });
    expect(second?.kind).toBe('update');
    expect(second?.body.metadata).toEqual(first?.body.metadata);
    expect(second?.body.series).toEqual({ count: 2, lastObservedTime: '2026-01-02T03:04:06.678000Z' });
    for (let more = 0; more < 50; more += 1) expect(series.add(object('x'), pulled)).toBeUndefined();
  });

  it('tells apart type, reason, action, object and related object', () => {
    const series = new EventSeries(new FakeClock(), 'c', 'i');
    const different = [
      series.add(object('x'), pulled),
      series.add(object('x'), { ...pulled, type: 'Normal' }),
      series.add(object('x'), { ...pulled, reason: 'Other' }),
      series.add(object('x'), { ...pulled, action: 'Other' }),
      series.add(object('x', 'recreated'), pulled),
      series.add(object('x'), { ...pulled, related: object('y') }),
    ];
    expect(different.map((write) => write?.kind)).toEqual(Array.from({ length: 6 }, () => 'create'));
    expect(new Set(different.map((write) => write?.body.metadata.name)).size).toBe(6);
  });

  it('updates a long series every half hour and ends it after 10 min of silence, with the final count', () => {
    const clock = new FakeClock();
    const series = new EventSeries(clock, 'c', 'i');
    series.add(object('x'), pulled);
    const updates: (number | undefined)[] = [];
    for (let minute = 0; minute < 65; minute += 1) {
      series.add(object('x'), pulled);
      updates.push(...series.upkeep().map((write) => write.body.series?.count));
      clock.advanceSync(MINUTE);
    }
    expect(updates).toEqual([32, 62]);
    clock.advanceSync(10 * MINUTE);
    expect(series.upkeep().map((write) => write.body.series?.count)).toEqual([66]);
    expect(series.upkeep()).toEqual([]);
    expect(series.add(object('x'), pulled)?.kind).toBe('create');
  });

  it.each([1, 4, 7, 9])(
    'makes at most one Event object per reason in 10 min when conditions flip every %i min',
    (pause) => {
      const clock = new FakeClock();
      const series = new EventSeries(clock, 'c', 'i');
      const made: { reason: string; at: number }[] = [];
      const reasons = ['ImagePullFailed', 'Available', 'ContainerCrashed', 'ImagePullFailed'];
      for (let minute = 0; minute < 600; minute += 1) {
        const reason = reasons[Math.trunc(minute / pause) % reasons.length] ?? '';
        const isFlip = minute % pause === 0;
        const write = isFlip ? series.add(object('x'), { ...pulled, reason }) : undefined;
        if (write?.kind === 'create') made.push({ reason, at: minute });
        series.upkeep();
        clock.advanceSync(MINUTE);
      }
      for (const { reason, at } of made)
        expect(made.filter((other) => other.reason === reason && Math.abs(other.at - at) < 10)).toHaveLength(
          1,
        );
    },
  );

  it('forgets single events without a word', () => {
    const clock = new FakeClock();
    const series = new EventSeries(clock, 'c', 'i');
    series.add(object('x'), pulled);
    clock.advanceSync(10 * MINUTE);
    expect(series.upkeep()).toEqual([]);
  });

  it('keeps to the limits of the API', () => {
    const series = new EventSeries(new FakeClock(), 'c', 'i'.repeat(200));
    const long = '数'.repeat(600);
    const body = series.add(
      { ...object('n'.repeat(253)), metadata: { ...object('n'.repeat(253)).metadata } },
      { ...pulled, note: long },
    )?.body;
    expect(body?.metadata.name.length).toBeLessThanOrEqual(253);
    expect(Buffer.byteLength(body?.note ?? '')).toBeLessThanOrEqual(1024);
    expect(body?.note).toMatch(/^数+…$/);
    expect(body?.reportingInstance).toHaveLength(128);
    const { namespace: _namespace, ...clusterScoped } = object('node').metadata;
    expect(series.add({ ...object('node'), metadata: clusterScoped }, pulled)?.body.metadata.namespace).toBe(
      'default',
    );
  });
});

describe('EventBroadcaster', () => {
  let harness: Harness;
  let stop: AbortController;
  let running: Promise<void>;
  let metrics: RuntimeMetrics;
  let clock: FakeClock;
  let recorder: EventBroadcaster;

  beforeEach(async () => {
    harness = await startHarness();
    stop = new AbortController();
    metrics = new RuntimeMetrics();
    clock = new FakeClock();
    const options = {
      reportingController: 'c',
      reportingInstance: 'i',
      log: silentLog,
      metrics,
      random: () => 0.5,
      clock,
    };
    recorder = new EventBroadcaster({ client: harness.client, ...options });
    running = recorder.run(stop.signal);
  });

  afterEach(async () => {
    stop.abort();
    await running;
    await harness.close();
  });

  const sent = (): RecordedRequest[] => harness.server.requests;
  const arrives = async (count: number): Promise<void> => {
    for (let wait = 0; wait < 400 && sent().length < count; wait += 1) await delay(5);
    expect(sent()).toHaveLength(count);
  };

  it('creates, then patches the series', async () => {
    recorder.event(object('x'), pulled);
    await arrives(1);
    recorder.event(object('x'), pulled);
    recorder.event(object('x'), pulled);
    await arrives(2);
    expect(sent().map((request) => `${request.method} ${request.path.replace(/x\..*/, 'x.…')}`)).toEqual([
      'POST /apis/events.k8s.io/v1/namespaces/a/events',
      'PATCH /apis/events.k8s.io/v1/namespaces/a/events/x.…',
    ]);
    expect(sent()[1]?.headers['content-type']).toBe('application/merge-patch+json');
    expect(JSON.parse(sent()[1]?.body ?? '')).toMatchObject({ series: { count: 2 } });
  });

  it('creates a series anew when the API server has forgotten it', async () => {
    recorder.event(object('x'), pulled);
    await arrives(1);
    const [event] = harness.server.objects.all('apis/events.k8s.io/v1/events');
    harness.server.objects.delete('apis/events.k8s.io/v1/events', `a/${event?.metadata.name}`);
    recorder.event(object('x'), pulled);
    await arrives(3);
    expect(harness.server.objects.all('apis/events.k8s.io/v1/events')).toMatchObject([
      { series: { count: 2 } },
    ]);
  });

  it('tries again after passing trouble and drops what is refused', async () => {
    harness.server.once(
      () => true,
      (_request, response) => sendStatus(response, 503, 'ServiceUnavailable'),
    );
    recorder.event(object('x'), pulled);
    await arrives(1);
    while (clock.nextTimerIn !== 10_000) await delay(5);
    await clock.advance(10_000);
    await arrives(2);
    harness.server.once(
      () => true,
      (_request, response) => sendStatus(response, 403, 'Forbidden'),
    );
    recorder.event(object('y'), pulled);
    recorder.event(object('z'), pulled);
    await arrives(4);
    await delay(10);
    expect(String((await metrics.expose()).body)).toContain('events_discarded_total 1');
  });

  it('never waits, never throws, and keeps no more than a thousand', async () => {
    harness.server.script(() => true);
    for (let event = 0; event < 1_500; event += 1) recorder.event(object(`x${event}`), pulled);
    expect(() => recorder.event(undefined as unknown as KubeObject, pulled)).not.toThrow();
    expect(String((await metrics.expose()).body)).toMatch(/events_discarded_total (499|500)\n/);
    harness.server.resetConnections();
    stop.abort();
    await clock.advance(2_000);
    await running;
  });

  it('sends what is queued before it ends', async () => {
    const options = { reportingController: 'c', reportingInstance: 'i', log: silentLog };
    const late = new EventBroadcaster({ client: harness.client, ...options });
    late.event(object('x'), pulled);
    await late.run(AbortSignal.abort());
    expect(sent()).toHaveLength(1);
  });

  it('gives up at the end after two seconds', async () => {
    const transport = new HttpTransport({ server: 'http://127.0.0.1:9' });
    const late = new EventBroadcaster({
      ...{
        client: new Client(transport, { fieldManager: 'm' }),
        reportingController: 'c',
        reportingInstance: 'i',
        log: silentLog,
      },
    });
    for (let event = 0; event < 5; event += 1) late.event(object(`x${event}`), pulled);
    await expect(late.run(AbortSignal.abort())).resolves.toBeUndefined();
    await transport.close();
  });
});
