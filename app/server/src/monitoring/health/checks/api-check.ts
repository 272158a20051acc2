// oxlint-disable-next-line no-restricted-imports -- it asks this very process: nothing leaves the pod
import { get, type Server } from 'node:http';
import type { ComponentCheck, Finding } from '../component.ts';

const TIMEOUT_MS = 3_000;
const PATH = '/health/live';

/** The public listener takes connections, and what comes over one is answered by the whole way that requests go. */
export class ApiCheck implements ComponentCheck {
  readonly component = 'api';
  readonly timeoutMs = TIMEOUT_MS;

  /** @param server the public one, which may not listen yet */
  constructor(private readonly server: () => Server) {}

  async check(): Promise<Finding> {
    const address = this.server().address();
    if (address === null || typeof address === 'string') throw new Error('the server does not listen yet');
    const status = await answerOf(address.port, hostFor(address.address));
    if (status === 200) return { status: 'up', details: { port: address.port } };
    throw new Error(`GET ${PATH} on port ${address.port} is answered with ${status}`);
  }
}

/** What listens on every address is asked on its own machine. */
function hostFor(address: string): string {
  if (address === '::') return '::1';
  return address === '0.0.0.0' ? '127.0.0.1' : address;
}

function answerOf(port: number, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const request = get({ host, port, path: PATH, agent: false, timeout: TIMEOUT_MS }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode));
      response.once('error', reject);
    });
    request.once('timeout', () => request.destroy(new Error(`no answer after ${TIMEOUT_MS} ms`)));
    request.once('error', reject);
  });
}
