import { Controller, Get, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { OpenAPIObject } from '@nestjs/swagger';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Public } from './common/access.ts';
import { createTestDatabase, type TestDatabase } from './database/testing/test-database.ts';
import { createServerApplication } from './main.ts';
import { operationsOf } from './testing/operations.ts';
import { describedRoutes, handlersOf, registeredRoutes } from './testing/routes.ts';

const PREFIX = 'api/v1';

@Controller('forgotten')
class ForgottenController {
  @Get(':id')
  read(): string {
    return 'nobody said who may read this';
  }

  @Public()
  @Post()
  write(): string {
    return 'everybody may';
  }
}

@Module({ controllers: [ForgottenController] })
class ForgottenModule {}

describe('the walk over routes', () => {
  let app: NestExpressApplication;

  beforeAll(async () => {
    app = await NestFactory.create<NestExpressApplication>(ForgottenModule, { logger: false });
    app.setGlobalPrefix(PREFIX);
    await app.init();
  });
  afterAll(() => app.close());

  it('finds what a router has, and a document lacks', () => {
    expect(registeredRoutes(app)).toEqual(['GET /api/v1/forgotten/{id}', 'POST /api/v1/forgotten']);
    expect(describedRoutes({ paths: { '/api/v1/forgotten': { post: {} } } })).toEqual([
      'POST /api/v1/forgotten',
    ]);
  });

  it('finds a handler without an access rule', () => {
    expect(handlersOf(app, PREFIX).map(({ route, rule }) => [route, rule?.kind])).toEqual([
      ['GET /api/v1/forgotten/{id}', undefined],
      ['POST /api/v1/forgotten', 'public'],
    ]);
  });
});

describe('the routes of the server', () => {
  let database: TestDatabase;
  let app: NestExpressApplication;
  let document: OpenAPIObject;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await createServerApplication(database.configuration('server'));
    await app.listen(0, '127.0.0.1');
    document = (await request(app.getHttpServer()).get('/api/v1/openapi.json').expect(200)).body;
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  const operationOf = (route: string): { security?: readonly object[] } => {
    const [method = '', path = ''] = route.split(' ');
    const item = new Map(Object.entries(document.paths[path] ?? {}));
    return (item.get(method.toLowerCase()) ?? {}) as { security?: readonly object[] };
  };

  it('are exactly those of the OpenAPI document', () => {
    const described = describedRoutes(document);
    expect(registeredRoutes(app)).toEqual(described);
    expect(described.length).toBeGreaterThan(10);
  });

  it('each belong to a handler that says who may use it', () => {
    const handlers = handlersOf(app, PREFIX);
    expect(handlers.filter(({ rule }) => rule === undefined).map(({ name }) => name)).toEqual([]);
    expect(handlers.map(({ route }) => route).toSorted()).toEqual(describedRoutes(document));
  });

  it('take nothing secret in an address', () => {
    const secretNames = /token|password|secret|api-?key|code|session/i;
    const taken = operationsOf(document).flatMap(({ parameters }) => parameters.map(({ name }) => name));
    expect(taken.length).toBeGreaterThan(10);
    expect(taken.filter((name) => secretNames.test(name))).toEqual([]);
  });

  it('say in the document whether they ask who somebody is', () => {
    const differing = handlersOf(app, PREFIX)
      .filter(({ route, rule }) => (rule?.kind === 'public') !== (operationOf(route).security === undefined))
      .map(({ route, rule }) => `${route} is ${rule?.kind}`);
    expect(differing).toEqual([]);
  });

  it('that change something are never open to everyone, but for those that begin or end a session', () => {
    const open = handlersOf(app, PREFIX)
      .filter(({ route, rule }) => !route.startsWith('GET ') && rule?.kind !== 'role')
      .map(({ route }) => route);
    expect(open.filter((route) => !route.startsWith('POST /api/v1/auth/'))).toEqual([]);
  });
});
