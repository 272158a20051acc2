/** Requests at a fixed rate, whatever the answers take: a server that falls behind cannot slow its clients down. */
import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** Sockets are kept; more than are ever open at once, so that no request waits for one. */
const SOCKETS = 512;
const TIMEOUT_MS = 30_000;

export interface Measured {
  readonly requests: number;
  /** Answers with another status than 200, and requests without an answer. */
  readonly failures: number;
  /** Milliseconds from the moment at which the request was due to the last byte of its answer, ascending. */
  readonly latencies: readonly number[];
  readonly bytes: number;
}

interface Answer {
  readonly ok: boolean;
  readonly bytes: number;
}

function ask(agent: Agent, url: string): Promise<Answer> {
  return new Promise((resolve) => {
    const failed = (): void => resolve({ ok: false, bytes: 0 });
    const request = get(url, { agent, timeout: TIMEOUT_MS }, (response) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => (bytes += chunk.length));
      response.on('end', () => resolve({ ok: response.statusCode === 200, bytes }));
      response.on('error', failed);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', failed);
  });
}

/** @param urlOf the n-th request, on 127.0.0.1 */
export async function openLoop(
  urlOf: (index: number) => string,
  { perSecond, seconds }: { readonly perSecond: number; readonly seconds: number },
): Promise<Measured> {
  const agent = new Agent({ keepAlive: true, maxSockets: SOCKETS });
  const total = Math.round(perSecond * seconds);
  const latencies: number[] = [];
  let [failures, bytes] = [0, 0];
  const started = performance.now();
  const dueAt = (index: number): number => started + (index * 1000) / perSecond;
  const one = async (index: number): Promise<void> => {
    const answer = await ask(agent, urlOf(index));
    latencies.push(performance.now() - dueAt(index));
    bytes += answer.bytes;
    if (!answer.ok) failures += 1;
  };
  const pending: Promise<void>[] = [];
  for (let index = 0; index < total; index += 1) {
    const wait = dueAt(index) - performance.now();
    if (wait > 0) await sleep(wait);
    pending.push(one(index));
  }
  await Promise.all(pending);
  agent.destroy();
  return { requests: total, failures, bytes, latencies: latencies.toSorted((a, b) => a - b) };
}

/** The smallest latency that so many percent of the requests did not exceed. */
export function percentile({ latencies }: Measured, percent: number): number {
  return latencies[Math.max(0, Math.ceil((latencies.length * percent) / 100) - 1)] ?? Number.NaN;
}
