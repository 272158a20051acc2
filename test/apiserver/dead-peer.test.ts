/** A machine that lost its power says nothing: only TCP keep-alive finds out, long before the idle time of a watch. */
import { expect, inject, it } from 'vitest';
import { HttpTransport, resources, systemClock, watch } from '../../operator/src/kube/index.ts';
import { DeadPeer } from '../support/dead-peer.ts';

/** What the platform promises. */
const FOUND_MS = 60_000;

it.skipIf(!DeadPeer.isPossible())(
  'a watch on a dead peer ends within 60 s',
  { timeout: FOUND_MS + 60_000 },
  async () => {
    const peer = await DeadPeer.start(inject('tier').ledger);
    const transport = new HttpTransport({ server: peer.url });
    try {
      const scope = { resourceVersion: '1', timeoutSeconds: 600, idleMs: 150_000, clock: systemClock };
      const events = watch(transport, resources.pods, scope, new AbortController().signal);
      expect((await events.next()).value).toEqual({ kind: 'bookmark', resourceVersion: '7' });
      peer.pullCable();
      const since = performance.now();
      await expect(events.next()).rejects.toThrow(/WATCH|ETIMEDOUT|EHOSTUNREACH|terminated/);
      const elapsed = performance.now() - since;
      console.log(`found dead after ${(elapsed / 1000).toFixed(1)} s`);
      expect(elapsed).toBeLessThan(FOUND_MS);
      // Keep-alive found it, not an idle timer.
      expect(elapsed).toBeGreaterThan(20_000);
    } finally {
      await transport.close();
      await peer.stop();
    }
  },
);
