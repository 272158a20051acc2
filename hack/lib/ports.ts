import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Below the ports that the kernel gives to outgoing connections (32768 and up): one of those could take the port before
 * the program listens that it is meant for. And below the NodePorts of Kubernetes (30000 and up).
 */
const RANGE = { from: 15_000, to: 30_000 } as const;
const TRIES = 50;

/** A port that was handed out may not be listened on yet: no second one gets it. */
const handedOut = new Set<number>();

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

/** A port of 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const port = randomInt(RANGE.from, RANGE.to);
    if (handedOut.has(port)) continue;
    handedOut.add(port);
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port between ${RANGE.from} and ${RANGE.to} in ${TRIES} tries`);
}
