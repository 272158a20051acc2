import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import type { OpenAPIObject } from '@nestjs/swagger';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { security } from './common/configuration/security-schema.ts';
import { CapturedLogs } from './testing/captured-logs.ts';
import { type HostileRequest } from './testing/hostile-messages.ts';
import { hostileRequests } from './testing/hostile-requests.ts';
import { complaintsAbout, requestIdOfAnswer } from './testing/judged-answers.ts';
import { createKey, createUser, type PrincipalHeaders } from './testing/principals.ts';
import { type Answer, sendRaw } from './testing/raw-http.ts';
import { createLoadedApplication, type TestApplication } from './testing/test-application.ts';

/** `HOSTILE_SEED=7 vitest …` sends others. */
const SEED = Number(process.env['HOSTILE_SEED'] ?? 6);
const AT_ONCE = 12;
const FEWEST = 500;
/** A few seconds on an idle machine. */
const BUSY = { timeout: 180_000 };
const PEOPLE = 50;
/** What the second round may leave behind. */
const MEGABYTE = 1_048_576;
const FLAT = 8 * MEGABYTE;
/** Nobody is refused for asking often: that has tests of its own, and would hide everything else here. */
const OFTEN = 100_000;

interface Sent {
  readonly request: HostileRequest;
  readonly answer: Answer | undefined;
}

async function sendAll(port: number, requests: readonly HostileRequest[]): Promise<Sent[]> {
  const sent: Sent[] = [];
  const waiting = [...requests];
  const lane = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift())
      sent.push({ request: next, answer: await sendRaw(port, next.parts, next.ending) });
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return sent;
}

/** Probes that are answered as they should are the only requests that are not logged. */
function isQuietProbe({ request: { parts }, answer }: Sent): boolean {
  return /^[A-Z]+ \/health\//.test(String(parts[0])) && (answer?.status ?? 400) < 400;
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes that are still in use after everything unused is gone. */
function memoryInUse(): number {
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

describe(`hostile requests of seed ${SEED}`, () => {
  let application: TestApplication;
  let port: number;
  let document: OpenAPIObject;
  const logs = new CapturedLogs();
  let requests: readonly HostileRequest[];
  let sent: readonly Sent[];

  /** Administrators may ask for most; each of these has a session of its own, because requests end them. */
  const senders = async (): Promise<PrincipalHeaders[]> => {
    const { app } = application;
    const people = await Promise.all(Array.from({ length: PEOPLE }, () => createUser(app, 'admin')));
    const program = await createKey(app, (await createUser(app, 'admin')).id);
    return people.flatMap(({ session }) => [session, {}, program]);
  };

  const report = (list: readonly (readonly [Sent, string])[]): string[] =>
    list.map(([one, complaint]) => `${one.request.what}: ${complaint}`);

  beforeAll(async () => {
    const perMinute = {
      readingPerMinute: OFTEN,
      writingPerMinute: OFTEN,
      loginPerMinute: OFTEN,
      exportsPerMinute: OFTEN,
      aiPerMinute: OFTEN,
    };
    application = await createLoadedApplication(['000001.SZ', '600519.SH'], {
      security: security.parse({ rateLimit: perMinute }),
      logLevel: 'info',
      logDestination: logs,
    });
    const server: Server = application.app.getHttpServer();
    port = (server.address() as AddressInfo).port;
    const { body } = await request(server).get('/api/v1/openapi.json').expect(200);
    document = body as OpenAPIObject;
    requests = hostileRequests(document, { seed: SEED, senders: await senders() });
    logs.forget();
    sent = await sendAll(port, requests);
  }, BUSY.timeout);
  afterAll(async () => {
    await application.close();
  });

  it(`are more than ${FEWEST}, the same for the same seed, and different for another`, async () => {
    const bytesOf = (list: readonly HostileRequest[]): string[] =>
      list.map(({ parts }) => parts.map(String).join('|'));
    expect(requests.length).toBeGreaterThan(FEWEST);
    const one = bytesOf(hostileRequests(document, { seed: SEED }));
    expect(bytesOf(hostileRequests(document, { seed: SEED }))).toEqual(one);
    expect(bytesOf(hostileRequests(document, { seed: SEED + 1 }))).not.toEqual(one);
  });

  it('are all answered', () => {
    const silent = sent.filter((one) => one.answer === undefined && one.request.ending !== 'reset');
    expect(silent.map((one) => one.request.what)).toEqual([]);
  });

  it('cause no failure, run nothing in a browser, and learn nothing of the inside', () => {
    const complaints = sent.flatMap((one) =>
      one.answer ? complaintsAbout(one.request, one.answer).map((text) => [one, text] as const) : [],
    );
    expect(report(complaints)).toEqual([]);
  });

  it('are refused where they are wrong, and each kind of refusal occurs', () => {
    const statuses = new Set(sent.map((one) => one.answer?.status));
    expect([...statuses]).toEqual(expect.arrayContaining([200, 400, 401, 404, 405, 413, 415, 431]));
  });

  it('stand in the log exactly once each, under the id of their answer', async () => {
    const differing = (): string[] => {
      const counts = logs.answersById();
      const complaints = report(
        sent.flatMap((one): (readonly [Sent, string])[] => {
          if (one.answer === undefined) return [];
          const id = requestIdOfAnswer(one.answer) ?? '';
          const count = counts.get(id) ?? 0;
          counts.delete(id);
          return count === (isQuietProbe(one) ? 0 : 1)
            ? []
            : [[one, `${count} lines of ${id}, answer ${one.answer.status}`]];
        }),
      );
      // Who goes away without waiting learns no id, and of several requests in one message only the first is read here:
      // the lines that are left are theirs, one each.
      const silent = sent.filter(({ answer }) => answer === undefined).length;
      const left = [...counts.values()];
      if (left.length < silent || left.some((count) => count !== 1))
        complaints.push(`${left.length} lines for ${silent} requests without an answer`);
      return complaints;
    };
    // The server learns a moment later of who has gone away.
    await expect.poll(differing, { timeout: 5_000 }).toEqual([]);
  });

  it('say when in UTC, and from which process', () => {
    const line = logs.parsed().find(({ res }) => res !== undefined);
    expect(line).toMatchObject({
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      level: expect.any(String),
      role: 'server',
      req: { method: expect.any(String), url: expect.any(String) },
      res: { statusCode: expect.any(Number) },
    });
  });

  it('are refused for TRACE, and nothing of them comes back', async () => {
    for (const path of ['/', '/api/v1/symbols', '/health/live', '/nothing']) {
      const head = `TRACE ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Told: a-secret\r\n\r\n`;
      const answer = await sendRaw(port, [Buffer.from(head)]);
      expect(answer?.status).toBe(405);
      expect(answer?.body).not.toContain('a-secret');
    }
  });

  it('break no line of the log', () => {
    expect(logs.lines.length).toBeGreaterThan(FEWEST);
    for (const line of logs.lines) expect(line.trimEnd()).not.toMatch(/\p{Cc}|\u2028|\u2029/u);
  });

  it('leave no memory behind when they come again, and the server answers as before', BUSY, async () => {
    const again = hostileRequests(document, { seed: SEED, senders: await senders() });
    logs.forget();
    const before = memoryInUse();
    await sendAll(port, again);
    logs.forget();
    sent = [];
    const grown = memoryInUse() - before;
    console.log(`${requests.length} requests of seed ${SEED}; memory grew by ${Math.round(grown / 1024)} kB`);
    expect(grown).toBeLessThan(FLAT);
    const { body } = await request(application.app.getHttpServer())
      .get('/api/v1/bars/000001.SZ?limit=1')
      .expect(200);
    expect(body.items).toHaveLength(1);
  });
});
