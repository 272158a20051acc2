import type { ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { describe, expect, it } from 'vitest';
import { AccessGuard, NeedsBootstrapToken, Public } from './access.ts';
import { loadConfiguration } from './configuration/configuration.ts';
import { ForbiddenError, UnauthorizedError } from './errors.ts';

const TOKEN = 'the-token-of-this-test';

class Routes {
  @Public()
  open(): void {}

  @NeedsBootstrapToken()
  guarded(): void {}

  forgotten(): void {}
}

/** What the guard reads of Nest's context. */
function contextOf(route: keyof Routes, authorization?: string): ExecutionContext {
  const context = {
    getHandler: () => Routes.prototype[route],
    getClass: () => Routes,
    switchToHttp: () => ({ getRequest: () => ({ headers: { authorization } }) }),
  };
  return context as unknown as ExecutionContext;
}

function guard(token?: string): AccessGuard {
  const environment = { DATABASE_URL: 'postgresql://u@h/d', BOOTSTRAP_TOKEN: token };
  return new AccessGuard(loadConfiguration('server', environment), new Reflector());
}

describe('AccessGuard', () => {
  it('lets everyone use a public route', () => {
    expect(guard(TOKEN).canActivate(contextOf('open'))).toBe(true);
  });

  it.each(['guarded', 'forgotten'] as const)('asks for the token on a route that is %s', (route) => {
    expect(() => guard(TOKEN).canActivate(contextOf(route))).toThrow(UnauthorizedError);
    expect(() => guard(TOKEN).canActivate(contextOf(route, `Bearer ${TOKEN.slice(1)}`))).toThrow(
      UnauthorizedError,
    );
    expect(guard(TOKEN).canActivate(contextOf(route, `Bearer ${TOKEN}`))).toBe(true);
  });

  it('refuses writing altogether where no token is configured', () => {
    expect(() => guard().canActivate(contextOf('guarded', 'Bearer '))).toThrow(ForbiddenError);
    expect(() => guard().canActivate(contextOf('guarded', 'Bearer undefined'))).toThrow(ForbiddenError);
  });
});
