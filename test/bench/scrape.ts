/** How long a Prometheus waits for the metrics of an operator with many objects, and what a restart with them takes. */
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../hack/lib/ports.ts';
import { eventually } from '../support/wait.ts';
import { createObjects, objectName } from './objects.ts';
import { Plane } from './plane.ts';
import { table, type Section } from './report.ts';
import { memoryOf } from './usage.ts';

const SCRAPES = 60;
const PAUSE_MS = 500;
const SETTLE_MS = 20_000;

/** What the operator promises. */
const [LIMIT_MS, LIMIT_OBJECTS] = [100, 1000];

const at = (sorted: readonly number[], share: number): string =>
  (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN).toFixed(1);

async function scrape(url: string): Promise<{ readonly ms: number; readonly text: string }> {
  const begun = performance.now();
  const answer = await fetch(url);
  const text = await answer.text();
  return { ms: performance.now() - begun, text };
}

async function scrapes(
  url: string,
): Promise<{ readonly sorted: readonly number[]; readonly series: number }> {
  const times: number[] = [];
  let series = 0;
  for (let round = 0; round < SCRAPES; round += 1) {
    const { ms, text } = await scrape(url);
    times.push(ms);
    series = text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;
    await sleep(PAUSE_MS);
  }
  return { sorted: times.toSorted((one, other) => one - other), series };
}

/** Objects whose database is elsewhere and whose Secret for it is missing: all that is counted is there, and no pod. */
export async function measureScrapes(objects: number): Promise<Section> {
  const port = await freePort();
  const plane = await Plane.start({ METRICS_PORT: String(port) });
  const url = `http://127.0.0.1:${port}/metrics`;
  try {
    await plane.startOperator();
    await createObjects(
      plane,
      Array.from({ length: objects }, (_, index) => objectName(index)),
      'External',
    );
    await eventually(
      { what: `${objects} objects to be judged`, timeoutMs: 1_200_000, intervalMs: 500 },
      () => {
        const judged = [...plane.objects.objects.values()].filter(({ status }) =>
          status?.conditions?.some(({ type, reason }) => type === 'Ready' && reason === 'SecretMissing'),
        );
        return judged.length === objects || undefined;
      },
    );
    await sleep(SETTLE_MS);
    const { sorted, series } = await scrapes(url);
    const loaded = memoryOf(plane.pid);
    await plane.operator.stop('SIGTERM');
    await plane.startOperator();
    await sleep(SETTLE_MS);
    const restarted = memoryOf(plane.pid);
    const rows = [
      ['series', String(series)],
      [
        'ms for a scrape: median / 95 of 100 / longest',
        [0.5, 0.95, 1].map((share) => at(sorted, share)).join(' / '),
      ],
      ['RSS MiB, and its peak', `${loaded.resident.toFixed(0)}, ${loaded.peak.toFixed(0)}`],
      [
        'RSS MiB after a restart, and its peak',
        `${restarted.resident.toFixed(0)}, ${restarted.peak.toFixed(0)}`,
      ],
    ];
    // One that a pause of the machine fell into says nothing of the operator.
    const nearlyAll = sorted[Math.floor(sorted.length * 0.95)] ?? Number.NaN;
    const isFast = nearlyAll < LIMIT_MS * Math.max(1, objects / LIMIT_OBJECTS);
    return {
      text: `## Scrapes\n\n${table([`${objects} objects`, ''], rows)}`,
      complaints: isFast
        ? []
        : [`a scrape of ${objects} objects takes ${nearlyAll.toFixed(0)} ms (95 of 100)`],
    };
  } finally {
    await plane.stop();
  }
}
