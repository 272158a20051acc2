import {
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  Injectable,
  Module,
  Post,
} from '@nestjs/common';
import { APP_GUARD, NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { SkipThrottle, Throttle } from '@nestjs/throttler';
import type { Request } from 'express';
import { setTimeout as sleep } from 'node:timers/promises';
import request from 'supertest';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Budget } from '../common/budget.ts';
import { CommonModule } from '../common/common.module.ts';
import type { Configuration } from '../common/configuration/configuration.ts';
import { security } from '../common/configuration/security-schema.ts';
import { UnauthorizedError } from '../common/errors.ts';
import { configureHttp } from '../common/http/configure-http.ts';
import { currentRequest } from '../common/request-context.ts';
import { DatabaseConnector } from '../database/connector.ts';
import { DatabaseModule } from '../database/database.module.ts';
import { createTestDatabase, type TestDatabase } from '../database/testing/test-database.ts';
import { asAdmin } from '../database/testing/migrated-template.ts';
import { Metrics } from '../monitoring/metrics/metrics.ts';
import { LoggingModule } from '../common/logging/logging.module.ts';
import { MonitoringModule } from '../monitoring/monitoring.module.ts';
import { AddressBudgetGuard, PrincipalBudgetGuard } from './budget.guards.ts';
import { RateLimitsModule } from './rate-limits.module.ts';

/** Stands between the two guards as the one of auth/ does: `key K` is the key K, everything else is nobody. */
@Injectable()
class Keys implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const given = context.switchToHttp().getRequest<Request>().headers.authorization;
    if (given === undefined) return true;
    const [scheme, keyId = ''] = given.split(' ');
    const here = currentRequest();
    if (scheme !== 'key' || here === undefined) throw new UnauthorizedError('no such key');
    here.principal = { kind: 'api-key', userId: 'u', role: 'viewer', keyId, scopes: [] };
    return true;
  }
}

@Controller()
class Routes {
  @Get('read')
  read(): string {
    return 'read';
  }

  @Post('write')
  write(): string {
    return 'written';
  }

  @Budget('login')
  @Post('login')
  login(): string {
    return 'in';
  }

  @Throttle({ reading: { limit: 1, ttl: 60_000 } })
  @Get('costly')
  costly(): string {
    return 'read';
  }

  @Throttle({ reading: { limit: 1, ttl: 1_000 } })
  @Get('by-second')
  bySecond(): string {
    return 'read';
  }

  @SkipThrottle({ reading: true })
  @Get('free')
  free(): string {
    return 'read';
  }
}

@Module({})
class TestModule {
  static with(configuration: Configuration): object {
    return {
      module: TestModule,
      imports: [
        LoggingModule.with(configuration),
        CommonModule.with(configuration),
        DatabaseModule,
        MonitoringModule,
        RateLimitsModule,
      ],
      controllers: [Routes],
      providers: [
        { provide: APP_GUARD, useExisting: AddressBudgetGuard },
        { provide: APP_GUARD, useClass: Keys },
        { provide: APP_GUARD, useExisting: PrincipalBudgetGuard },
      ],
    };
  }
}

describe('rate limits', () => {
  let database: TestDatabase;
  let open: NestExpressApplication[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());
  afterEach(async () => {
    await Promise.all(open.map((app) => app.close()));
    open = [];
    await database.sql.query('DELETE FROM app.rate_limits');
  });

  async function serve(rateLimit: object): Promise<NestExpressApplication> {
    const configuration = database.configuration('server', {
      security: security.parse({ rateLimit, trustedProxies: ['127.0.0.1/32'] }),
    });
    const app = await NestFactory.create<NestExpressApplication>(TestModule.with(configuration), {
      logger: false,
      bodyParser: false,
      abortOnError: false,
    });
    configureHttp(app, configuration.security, (_request, _response, next) => next());
    await app.listen(0, '127.0.0.1');
    await app.get(DatabaseConnector).whenReady();
    open.push(app);
    return app;
  }

  interface From {
    readonly address?: string;
    readonly authorization?: string;
  }
  const ask = (app: NestExpressApplication, method: 'get' | 'post', path: string, from: From = {}) => {
    const client = request(app.getHttpServer());
    return client[method](path).set({
      'X-Forwarded-For': from.address ?? '192.0.2.1',
      ...(from.authorization === undefined ? {} : { Authorization: from.authorization }),
    });
  };
  async function times(count: number, once: () => PromiseLike<{ status: number }>) {
    const sums: Record<number, number> = {};
    for (const { status } of await Promise.all(Array.from({ length: count }, once)))
      sums[status] = (sums[status] ?? 0) + 1;
    return sums;
  }

  it('say how much is left, and when to come back', async () => {
    const app = await serve({ readingPerMinute: 2 });
    const { headers } = await ask(app, 'get', '/read').expect(200);
    expect(headers['ratelimit-policy']).toBe('"reading";q=2;w=60');
    expect(headers['ratelimit']).toMatch(/^"reading";r=1;t=([1-5]?\d|60)$/);
    await ask(app, 'get', '/read').expect(200);
    const refused = await ask(app, 'get', '/read').expect(429);
    expect(refused.body).toMatchObject({
      type: 'https://stockanalysis.dev/problems/too-many-requests',
      detail: expect.stringContaining('more than 2 requests to read in a minute'),
    });
    const after = Number(refused.headers['retry-after']);
    // Half a limit of two is free when half of the next minute is over.
    expect(after).toBeGreaterThanOrEqual(30);
    expect(after).toBeLessThanOrEqual(90);
    expect(refused.headers['ratelimit']).toBe(`"reading";r=0;t=${after}`);
    expect(refused.headers['cache-control']).toBe('no-store');
    for (const name of Object.keys({ ...headers, ...refused.headers }))
      expect(name).not.toMatch(/^x-ratelimit|^retry-after-/);
    // Another budget, and another address.
    await ask(app, 'post', '/write').expect(201);
    await ask(app, 'get', '/read', { address: '192.0.2.2' }).expect(200);
  });

  it('take a /64 for one, and no other headers for an address', async () => {
    const app = await serve({ readingPerMinute: 3 });
    const from = (address: string) => ask(app, 'get', '/read', { address });
    for (const last of ['1', '2', 'ffff:1:2']) await from(`2001:db8:0:7::${last}`).expect(200);
    await from('2001:db8:0:7:abcd::').set('X-Real-IP', '2001:db8:0:9::1').expect(429);
    await from('2001:db8:0:8::1').expect(200);
    await from('2001:db8:0:8::1, 2001:db8:0:7::1').expect(429);
  });

  it('count a key wherever it is used, and take that back from the address', async () => {
    const app = await serve({ readingPerMinute: 5, writingPerMinute: 3 });
    const key = (name: string, address: string): From => ({ authorization: `key ${name}`, address });
    for (const method of ['get', 'post'] as const) {
      const path = method === 'get' ? '/read' : '/write';
      const limit = method === 'get' ? 5 : 3;
      for (let hit = 0; hit < limit; hit += 1)
        expect((await ask(app, method, path, key('one', `192.0.2.${hit % 2}`))).status).toBeLessThan(300);
      const { headers } = await ask(app, method, path, key('one', '192.0.2.9')).expect(429);
      expect(headers['ratelimit']).toContain(';r=0;');
      // Behind the same address another key has its own, again and again.
      for (let hit = 0; hit < limit; hit += 1)
        expect((await ask(app, method, path, key('other', '192.0.2.0'))).status).toBeLessThan(300);
      expect((await ask(app, method, path, { address: '192.0.2.0' })).status).toBeLessThan(300);
    }
  });

  it('stop who tries out keys by the address, before any is looked at', async () => {
    const app = await serve({ readingPerMinute: 10 });
    const guess = () => ask(app, 'get', '/read', { authorization: 'key-no-such' });
    expect(await times(30, guess)).toEqual({ 401: 10, 429: 20 });
    await ask(app, 'get', '/read', { authorization: 'key one' }).expect(429);
    await ask(app, 'get', '/read', { authorization: 'key one', address: '192.0.2.2' }).expect(200);
  });

  it('of logins are exact over two processes', async () => {
    const [one, other] = [await serve({ loginPerMinute: 10 }), await serve({ loginPerMinute: 10 })];
    const counts = await Promise.all([one, other].map((app) => times(30, () => ask(app, 'post', '/login'))));
    expect(counts.map((sum) => sum[201] ?? 0).reduce((sum, each) => sum + each)).toBe(10);
  });

  it('of readers are shared by two processes within a second or two', async () => {
    const [one, other] = [await serve({ readingPerMinute: 20 }), await serve({ readingPerMinute: 20 })];
    const counts = await Promise.all([one, other].map((app) => times(40, () => ask(app, 'get', '/read'))));
    const admitted = counts.map((sum) => sum[200] ?? 0).reduce((sum, each) => sum + each);
    // Once per process, and no more.
    expect(admitted).toBeGreaterThanOrEqual(20);
    expect(admitted).toBeLessThanOrEqual(40);
    await expect
      .poll(() => database.sql.query(`SELECT hits + previous_hits AS sum FROM app.rate_limits`), {
        timeout: 5_000,
      })
      .toEqual([{ sum: admitted }]);
    // A third that begins now hears of it with its first hits.
    const third = await serve({ readingPerMinute: 20 });
    await ask(third, 'get', '/read').expect(200);
    await sleep(2_500);
    await ask(third, 'get', '/read').expect(429);
  });

  it('without a store refuse logins and writing, let readers through, and count both', async () => {
    const app = await serve({ readingPerMinute: 5 });
    const rename = (from: string, to: string) =>
      asAdmin(database.urls.admin, async (admin) => {
        await admin.query(`ALTER TABLE app.${from} RENAME TO ${to}`);
      });
    await rename('rate_limits', 'rate_limits_away');
    try {
      const { headers } = await ask(app, 'post', '/login').expect(503);
      expect(headers['retry-after']).toBe('5');
      await ask(app, 'post', '/write', { authorization: 'key one' }).expect(503);
      await ask(app, 'get', '/read').expect(200);
      await sleep(2_500);
      await ask(app, 'get', '/read').expect(200);
      const metrics = await app.get(Metrics).exposition();
      const decisions = (labels: string): number =>
        Number(new RegExp(`rate_limit_decisions_total\\{${labels}\\} (\\d+)`).exec(metrics)?.[1] ?? 0);
      expect(decisions('budget="login",decision="failed_closed"')).toBe(1);
      expect(decisions('budget="writing",decision="failed_closed"')).toBe(1);
      expect(decisions('budget="reading",decision="failed_open"')).toBeGreaterThanOrEqual(1);
      // This process counts on, on its own.
      expect(await times(10, () => ask(app, 'get', '/read'))).toEqual({ 200: 3, 429: 7 });
    } finally {
      await rename('rate_limits_away', 'rate_limits');
    }
    await ask(app, 'post', '/login').expect(201);
    await expect
      .poll(() => database.sql.query(`SELECT key FROM app.rate_limits WHERE key LIKE 'reading:%'`), {
        timeout: 5_000,
      })
      .toEqual([{ key: 'reading:address:192.0.2.1' }]);
  });

  it('are what decorators of the package make of them for a route', async () => {
    const app = await serve({ readingPerMinute: 3 });
    const { headers } = await ask(app, 'get', '/costly').expect(200);
    expect(headers['ratelimit-policy']).toBe('"reading";q=1;w=60');
    await ask(app, 'get', '/costly').expect(429);
    expect((await ask(app, 'get', '/free').expect(200)).headers).not.toHaveProperty('ratelimit');
    // Of one budget with all other routes, and in no other window than theirs.
    expect((await ask(app, 'get', '/read').expect(200)).headers['ratelimit']).toContain(';r=1;');
    await ask(app, 'get', '/by-second').expect(500);
  });

  it('count no probe', async () => {
    const app = await serve({ readingPerMinute: 1 });
    await ask(app, 'get', '/read').expect(200);
    await ask(app, 'get', '/read').expect(429);
    for (let probe = 0; probe < 5; probe += 1) {
      const { headers } = await ask(app, 'get', '/health/live').expect(200);
      expect(headers).not.toHaveProperty('ratelimit');
    }
  });
});
