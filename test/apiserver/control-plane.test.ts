/** The control plane of the tests where another program of a busy machine takes a port of it first. */
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { freePorts, startControlPlane, stopControlPlane } from '../../hack/cluster/control-plane.ts';
import { ProcessTable } from '../../hack/cluster/processes.ts';

it('starts on other ports where one is taken that it was to listen on', { timeout: 180_000 }, async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port: controllerManager }: AddressInfo = taken.address() as AddressInfo;
  const tries: number[] = [];
  const ports = async (): ReturnType<typeof freePorts> => {
    const free = await freePorts();
    const given = tries.length === 0 ? { ...free, controllerManager } : free;
    tries.push(given.controllerManager);
    return given;
  };
  const dir = join(dirname(dirname(inject('tier').kubeconfig)), 'control-plane-alone-taken');
  try {
    await startControlPlane({ dir, ports });
    expect(tries.length).toBeGreaterThan(1);
    expect(new ProcessTable(dir).lastWordsOfTheDead()).toBe('');
  } finally {
    await stopControlPlane(dir);
    taken.close();
  }
});
