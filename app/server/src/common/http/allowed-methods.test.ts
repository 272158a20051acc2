import { createServer } from 'node:http';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { allowedMethods } from './allowed-methods.ts';
import { DomainError, MethodNotAllowedError } from '../errors.ts';

const PATHS = {
  '/api/v1/symbols': { get: {}, parameters: [] },
  '/api/v1/symbols/{symbol}': { get: {} },
  '/api/v1/quarantine/{id}/release': { post: {} },
  '/api/v1/ingestions': { get: {}, post: {} },
  '/api/v1/bars/{symbol}': { get: {} },
};

describe('allowedMethods', () => {
  const middleware = allowedMethods(PATHS);
  const app = createServer(({ url = '', method = '' }, response) => {
    middleware({ path: url, method }, response, (error) => {
      response.statusCode = error instanceof DomainError ? error.status : 200;
      response.end(error instanceof MethodNotAllowedError ? error.allowed.join() : String(error));
    });
  });

  it.each([
    ['get', '/api/v1/symbols'],
    ['head', '/api/v1/symbols/600519.SH'],
    ['post', '/api/v1/ingestions'],
    ['post', '/api/v1/quarantine/7/release'],
    ['delete', '/somewhere/else'],
    ['post', '/api/v1/symbols/600519.SH/more'],
  ] as const)('lets %s %s pass', async (method, path) => {
    await request(app)[method](path).expect(200);
  });

  it.each([
    ['delete', '/api/v1/symbols', 'GET,HEAD,OPTIONS'],
    ['post', '/api/v1/symbols/600519.SH', 'GET,HEAD,OPTIONS'],
    ['get', '/api/v1/quarantine/7/release', 'OPTIONS,POST'],
    ['put', '/api/v1/ingestions', 'GET,HEAD,OPTIONS,POST'],
  ] as const)('refuses %s %s and says what there is', async (method, path, allowed) => {
    expect((await request(app)[method](path).expect(405)).text).toBe(allowed);
  });

  it.each(['/api/v1/bars', '/api/v1/bars/'])('tells what %s lacks', async (path) => {
    const { text } = await request(app).get(path).expect(404);
    expect(text).toContain('; there is /api/v1/bars/{symbol}');
  });

  it('answers OPTIONS', async () => {
    await request(app).options('/api/v1/ingestions').expect(204).expect('Allow', 'GET, HEAD, OPTIONS, POST');
  });
});
