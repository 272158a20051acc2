import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiBearerAuth, ApiCookieAuth } from '@nestjs/swagger';

/** What a user may do; each role may do everything that the ones before it may. */
export const USER_ROLES = ['viewer', 'analyst', 'operator', 'admin'] as const;
export type UserRole = (typeof USER_ROLES)[number];

/** What an API key may be used for; a key never opens more than its owner's role does. */
export const SCOPES = [
  'market:read',
  'market:write',
  'monitoring:read',
  'monitoring:write',
  'audit:read',
  'users:read',
] as const;
export type Scope = (typeof SCOPES)[number];

/** The role from which a scope opens anything. */
export const SCOPE_ROLES: Readonly<Record<Scope, UserRole>> = {
  'market:read': 'viewer',
  'market:write': 'operator',
  'monitoring:read': 'operator',
  'monitoring:write': 'operator',
  'audit:read': 'admin',
  'users:read': 'admin',
};

/** Who asks: a person with a session, or a program with an API key of that person. */
export type Principal =
  | { readonly kind: 'session'; readonly userId: string; readonly role: UserRole; readonly sessionId: string }
  | {
      readonly kind: 'api-key';
      readonly userId: string;
      readonly role: UserRole;
      readonly keyId: string;
      readonly scopes: readonly Scope[];
    };

/** What an account may have to do, in this order, before anything else is open to it. */
export const DUTIES = ['password-change', 'second-factor'] as const;
export type Duty = (typeof DUTIES)[number];

export type AccessRule =
  | { readonly kind: 'public' }
  /** Open to everyone, and who is known may be told more: the handler decides by the principal of the request. */
  | { readonly kind: 'open' }
  /** Reading of market data: open to everyone while `security.anonymousReading` is on. */
  | { readonly kind: 'reading' }
  | {
      readonly kind: 'role';
      readonly role: UserRole;
      /** What an API key must be good for; undefined: never an API key, only a person. */
      readonly scope: Scope | undefined;
      /** The password must have been given a moment ago. */
      readonly stepUp: boolean;
      /** Also for somebody who still has one of these to do. */
      readonly openBefore: readonly Duty[];
    };

export const ACCESS_RULE = 'access-rule';

const rule = (value: AccessRule): MethodDecorator & ClassDecorator => SetMetadata(ACCESS_RULE, value);

/** Documents both ways to say who asks. */
const Authenticated = (): MethodDecorator & ClassDecorator =>
  applyDecorators(ApiBearerAuth(), ApiCookieAuth());

/** Open to everyone, always: probes, signing in. */
export const Public = (): MethodDecorator & ClassDecorator => rule({ kind: 'public' });

/**
 * Open to everyone; who shows who they are is known to the handler, and may be told more. Nobody waits for a database
 * that does not answer: then everyone is a stranger.
 */
export const Open = (): MethodDecorator & ClassDecorator =>
  applyDecorators(rule({ kind: 'open' }), Authenticated());

/** Reading of market data: open to everyone, or from `viewer` up where the administrator closed it. */
export const Reading = (): MethodDecorator & ClassDecorator =>
  applyDecorators(rule({ kind: 'reading' }), Authenticated());

/** From this role up, with a session or with an API key that has the scope. */
export const NeedsRole = (role: UserRole, scope: Scope): MethodDecorator & ClassDecorator =>
  applyDecorators(rule({ kind: 'role', role, scope, stepUp: false, openBefore: [] }), Authenticated());

/** From this role up, by a person who signed in. */
export const NeedsSession = (
  role: UserRole = 'viewer',
  { stepUp = false, openBefore = [] }: { stepUp?: boolean; openBefore?: readonly Duty[] } = {},
): MethodDecorator & ClassDecorator =>
  applyDecorators(rule({ kind: 'role', role, scope: undefined, stepUp, openBefore }), ApiCookieAuth());

export function isAtLeast(role: UserRole, needed: UserRole): boolean {
  return USER_ROLES.indexOf(role) >= USER_ROLES.indexOf(needed);
}
