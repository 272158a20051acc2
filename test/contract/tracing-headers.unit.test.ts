/** Headers of a collector that the operator takes are headers that the application can send. */
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { OutboundClient } from '../../app/server/src/outbound/outbound-client.ts';
import { readTracing } from '../../operator/src/policies/index.ts';

const seen: IncomingHttpHeaders[] = [];
let server: Server;
let origin: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    seen.push(request.headers);
    response.end();
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${z.object({ port: z.int() }).parse(server.address()).port}`;
});
afterAll(() => void server.close());

function isTaken(name: string): boolean {
  const reference = { name: 'otel', key: 'headers' };
  const data = { headers: Buffer.from(`${name}: 1`).toString('base64') };
  return readTracing(
    { endpoint: 'https://otel.example/v1/traces', sampleRatio: '1', headersSecretRef: reference },
    { metadata: { name: 'otel', uid: 'u' }, data },
    undefined,
  ).isSent;
}

/** As the exporter of traces sends, to a server that is there. */
async function isSent(name: string): Promise<boolean> {
  const client = new OutboundClient({ kind: 'configured', origin });
  seen.length = 0;
  try {
    const limits = { deadlineMs: 5_000, maxBytes: 1_000 };
    await client.send({
      url: `${origin}/v1/traces`,
      method: 'POST',
      headers: { [name]: '1' },
      body: '{}',
      limits,
    });
  } catch {
    return false;
  } finally {
    await client.close();
  }
  return seen[0]?.[name.toLowerCase()] === '1';
}

describe('headers for a collector of traces', () => {
  it.each(['Authorization', 'X-Scope-OrgID', 'api-key', 'Cookie', 'Hosts', 'X-Host', 'Tenant', 'Proxied'])(
    '%s: taken and sent',
    async (name) => {
      expect(isTaken(name)).toBe(true);
      expect(await isSent(name)).toBe(true);
    },
  );

  it.each([
    ...['Host', 'Connection', 'Content-Length', 'Transfer-Encoding', 'accept-encoding', 'TE', 'Keep-Alive'],
    ...['Upgrade', 'Expect', 'Proxy-Authorization', 'proxy-connection'],
  ])('%s: neither', async (name) => {
    expect(isTaken(name)).toBe(false);
    expect(await isSent(name)).toBe(false);
  });
});
