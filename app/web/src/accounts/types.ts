import type { User } from '../session.ts';

export interface SessionItem {
  readonly id: string;
  readonly createdAt: string;
  readonly lastSeenAt: string;
  readonly expiresAt: string;
  readonly address: string;
  readonly userAgent: string | null;
  readonly isCurrent: boolean;
}

export interface Enrolment {
  /** In base32. */
  readonly secret: string;
  /** `otpauth://…` */
  readonly uri: string;
}

export interface SecondFactorState {
  readonly since: string | null;
  /** Of the ten that were made. */
  readonly recoveryCodesLeft: number;
}

export interface RecoveryCodes {
  readonly recoveryCodes: readonly string[];
}

export const SCOPES = [
  'market:read',
  'market:write',
  'monitoring:read',
  'monitoring:write',
  'audit:read',
  'users:read',
] as const;
export type Scope = (typeof SCOPES)[number];

export interface ApiKey {
  readonly id: string;
  readonly publicId: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly lastUsedAt: string | null;
  /** Until when the secret before the last rotation goes on; null: it does not. */
  readonly oldSecretUntil?: string | null;
}

export interface NewApiKey extends ApiKey {
  readonly text: string;
}

export const SECRET_KINDS = ['ai-api-key', 'webhook-secret', 'smtp-password'] as const;
export type SecretKind = (typeof SECRET_KINDS)[number];

export interface UserSecret {
  readonly kind: SecretKind;
  readonly name: string;
  readonly fingerprint: string;
  readonly updatedAt: string;
  readonly lastUsedAt: string | null;
}

export interface UserPage {
  readonly users: readonly User[];
  readonly nextCursor: string | null;
}

export interface NewUser extends User {
  readonly oneTimePassword: string;
}

export const AUDIT_OUTCOMES = ['success', 'refused', 'failed'] as const;
export type AuditOutcome = (typeof AUDIT_OUTCOMES)[number];

export interface AuditRecord {
  readonly seq: number;
  readonly hash: string;
  readonly at: string;
  readonly action: string;
  readonly outcome: AuditOutcome;
  readonly actor: { readonly kind: string; readonly id?: string; readonly role?: string };
  readonly object: { readonly kind: string; readonly id?: string };
  readonly address?: string;
  readonly userAgent?: string;
  readonly requestId?: string;
  readonly before?: unknown;
  readonly after?: unknown;
  readonly reason?: string;
}

export interface AuditPage {
  readonly items: readonly AuditRecord[];
  readonly nextCursor: string | null;
}

export interface AuditFilter {
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly objectKind?: string | undefined;
  readonly outcome?: AuditOutcome | undefined;
  /** Instants of RFC 3339. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}
