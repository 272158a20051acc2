import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import type { Principal, Scope, UserRole } from '../common/access.ts';
import { CLOCK, type Clock } from '../common/clock.ts';
import { CONFIGURATION, type Configuration } from '../common/configuration/configuration.ts';
import type { Keyring } from '../common/configuration/keyrings.ts';
import { keyringsOf } from '../common/configuration/keyrings-of.ts';
import { ConflictError, NotFoundError } from '../common/errors.ts';
import { ProcessLog } from '../common/logging/process-log.ts';
import { peppered, pepperedByAll } from '../common/pepper.ts';
import { AuditLog } from '../audit/audit-log.service.ts';
import { DATABASE } from '../database/database.module.ts';
import { noted } from '../database/noted.ts';
import { PeriodicQueries } from '../database/periodic-queries.ts';
import type { Database, Sql, Transaction } from '../database/sql.ts';
import { formatApiKey, newPublicId, newSecret, parseApiKey } from './api-key-text.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** The last use is written at most so often. */
const TOUCH_MS = MINUTE_MS;
const MOST_KEYS = 50;
const REFUSED = 'an API key was refused';
/** Who looks for a key that was found somewhere still learns whose it was; then it is a name without a purpose. */
const KEEP_ENDED_MS = 90 * DAY_MS;

export interface ListedApiKey {
  readonly id: string;
  readonly publicId: string;
  readonly name: string;
  readonly scopes: Scope[];
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
  /** Until when the secret before the newest goes on; null: there is only one. */
  readonly oldSecretUntil: Date | null;
}

/** A key whose secret was just made; `text` is shown this once and stored nowhere. */
export interface NewApiKey extends ListedApiKey {
  readonly text: string;
}

/** What is kept of a key of somebody, ended ones too. */
export interface ExportedApiKey extends Pick<
  ListedApiKey,
  'name' | 'publicId' | 'scopes' | 'createdAt' | 'expiresAt' | 'lastUsedAt'
> {
  readonly revokedAt: Date | null;
}

export interface ApiKeyOrder {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly expiresInDays: number;
}

/** Whose key it is, and what decides whether its owner's keys open anything. */
export interface LiveKey {
  readonly principal: Extract<Principal, { kind: 'api-key' }>;
  readonly hasSecondFactor: boolean;
}

type Key = Omit<ListedApiKey, 'oldSecretUntil'>;

interface KeyRow {
  readonly id: string;
  readonly user_id: string;
  readonly role: UserRole;
  readonly has_second_factor: boolean;
  readonly scopes: Scope[];
  readonly last_used_at: Date | null;
}

interface RefusedKey {
  readonly isRevoked: boolean;
  readonly isOwnerDisabled: boolean;
  readonly hasExpired: boolean;
}

/** Of a key that has the right form. */
function reasonOf(key: RefusedKey | undefined): string {
  if (key === undefined) return 'unknown';
  if (key.isRevoked) return 'revoked';
  if (key.isOwnerDisabled) return 'its owner is disabled';
  return key.hasExpired ? 'expired' : 'another secret, or one that was replaced';
}

const LISTED = `id, public_id AS "publicId", name, scopes, created_at AS "createdAt", expires_at AS "expiresAt",
                last_used_at AS "lastUsedAt"`;
/** Of a key in `api_keys`, as of $2. */
const OLD_SECRET_UNTIL = `(SELECT max(s.expires_at) FROM app.api_key_secrets s
                           WHERE s.key_id = api_keys.id AND s.expires_at > $2) AS "oldSecretUntil"`;

/**
 * Keys are looked up at every request, so a revoked one is refused at once on every replica. Of the secret, which has 256
 * random bits, an HMAC under the pepper is stored: neither the database nor the pepper alone lets a guess be checked.
 */
@Injectable()
export class ApiKeys implements OnApplicationBootstrap {
  private readonly logger = new Logger('ApiKeys');
  private readonly peppers: Keyring;

  constructor(
    @Inject(CONFIGURATION) configuration: Configuration,
    @Inject(DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly queries: PeriodicQueries,
    private readonly audit: AuditLog,
    private readonly log: ProcessLog,
  ) {
    this.peppers = keyringsOf(configuration).pepper;
  }

  onApplicationBootstrap(): void {
    this.queries.hourly('API keys that ended', () => this.forgetEnded());
  }

  /** Whose key this is, undefined where it is none, has ended, or belongs to somebody who is switched off. */
  async authenticate(text: string): Promise<LiveKey | undefined> {
    const parts = parseApiKey(text);
    if (parts === undefined) {
      this.logger.debug({ reason: 'it has not the form of a key' }, REFUSED);
      return undefined;
    }
    const now = this.clock.now();
    const { publicId, secret } = parts;
    const [row] = await this.database.query<KeyRow>(
      `SELECT k.id, k.user_id, u.role, u.totp_confirmed_at IS NOT NULL AS has_second_factor, k.scopes, k.last_used_at
       FROM app.api_keys k
       JOIN app.users u ON u.id = k.user_id
       JOIN app.api_key_secrets s ON s.key_id = k.id
       WHERE k.public_id = $1 AND s.secret_hmac = ANY($3) AND k.revoked_at IS NULL AND u.disabled_at IS NULL
         AND (k.expires_at IS NULL OR k.expires_at > $2) AND (s.expires_at IS NULL OR s.expires_at > $2)`,
      [publicId, now, pepperedByAll(this.peppers, 'api-key', publicId, secret).map(({ hmac }) => hmac)],
    );
    if (row === undefined) {
      await this.sayWhy(publicId, now);
      return undefined;
    }
    if (now.getTime() - (row.last_used_at?.getTime() ?? 0) >= TOUCH_MS)
      await noted(
        'when a key was used last',
        this.database.query('UPDATE app.api_keys SET last_used_at = $2 WHERE id = $1', [row.id, now]),
      );
    const { id: keyId, user_id: userId, role, scopes } = row;
    return {
      principal: { kind: 'api-key', userId, role, keyId, scopes },
      hasSecondFactor: row.has_second_factor,
    };
  }

  /** Whoever asks is not told, and who looks after the platform reads it in the log, for a look into the database. */
  private async sayWhy(publicId: string, now: Date): Promise<void> {
    if (!this.log.tells('debug')) return;
    const [key] = await this.database.query<RefusedKey>(
      `SELECT k.revoked_at IS NOT NULL AS "isRevoked", u.disabled_at IS NOT NULL AS "isOwnerDisabled",
              coalesce(k.expires_at <= $2, false) AS "hasExpired"
       FROM app.api_keys k JOIN app.users u ON u.id = k.user_id WHERE k.public_id = $1`,
      [publicId, now],
    );
    this.logger.debug({ publicId, reason: reasonOf(key) }, REFUSED);
  }

  async list(userId: string): Promise<ListedApiKey[]> {
    return this.database.query<ListedApiKey>(
      `SELECT ${LISTED}, ${OLD_SECRET_UNTIL} FROM app.api_keys
       WHERE user_id = $1 AND revoked_at IS NULL ORDER BY created_at DESC, id`,
      [userId, this.clock.now()],
    );
  }

  async exported(userId: string): Promise<ExportedApiKey[]> {
    return this.database.query<ExportedApiKey>(
      `SELECT name, public_id AS "publicId", scopes, created_at AS "createdAt", expires_at AS "expiresAt",
              revoked_at AS "revokedAt", last_used_at AS "lastUsedAt"
       FROM app.api_keys WHERE user_id = $1 ORDER BY created_at`,
      [userId],
    );
  }

  /** @throws ConflictError where the user has as many keys as one may have */
  async create(userId: string, { name, scopes, expiresInDays }: ApiKeyOrder): Promise<NewApiKey> {
    const now = this.clock.now();
    const expiresAt = new Date(now.getTime() + expiresInDays * DAY_MS);
    return this.database.transaction(async (sql) => {
      await sql.query('SELECT FROM app.users WHERE id = $1 FOR UPDATE', [userId]);
      const [count] = await sql.query<{ keys: number }>(
        'SELECT count(*)::int AS keys FROM app.api_keys WHERE user_id = $1 AND revoked_at IS NULL',
        [userId],
      );
      if ((count?.keys ?? 0) >= MOST_KEYS)
        throw new ConflictError(`nobody has more than ${MOST_KEYS} API keys; revoke one that is not used`);
      const [key] = await sql.query<Key>(
        `INSERT INTO app.api_keys (user_id, public_id, name, scopes, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6) RETURNING ${LISTED}`,
        [userId, newPublicId(), name, scopes, now, expiresAt],
      );
      if (key === undefined) throw new Error('the inserted key was not returned');
      const text = await this.addSecret(sql, key);
      const after = { name, scopes: scopes.join(' '), expiresAt: expiresAt.toISOString() };
      await this.audit.record(
        { action: 'api-key.create', object: { kind: 'api-key', id: key.id }, after },
        sql,
      );
      return { ...key, oldSecretUntil: null, text };
    });
  }

  /** A second secret for the key; those before it go on for `overlapHours`, so that programs can be moved over. */
  async rotate(userId: string, keyId: string, overlapHours: number): Promise<NewApiKey> {
    return this.database.transaction(async (sql) => {
      const key = await this.lockOwn(sql, userId, keyId);
      const until = new Date(this.clock.now().getTime() + overlapHours * HOUR_MS);
      // Only the newest goes on beside the one that is made now: two open the key, whatever the number of rotations.
      await sql.query(
        `DELETE FROM app.api_key_secrets WHERE key_id = $1
           AND created_at < (SELECT max(created_at) FROM app.api_key_secrets WHERE key_id = $1)`,
        [keyId],
      );
      await sql.query(
        `UPDATE app.api_key_secrets SET expires_at = $2 WHERE key_id = $1 AND (expires_at IS NULL OR expires_at > $2)`,
        [keyId, until],
      );
      const text = await this.addSecret(sql, key);
      const after = { oldSecretUntil: until.toISOString() };
      await this.audit.record(
        { action: 'api-key.rotate', object: { kind: 'api-key', id: keyId }, after },
        sql,
      );
      return { ...key, oldSecretUntil: overlapHours === 0 ? null : until, text };
    });
  }

  async revoke(userId: string, keyId: string): Promise<void> {
    await this.database.transaction(async (sql) => {
      await this.lockOwn(sql, userId, keyId);
      await sql.query('UPDATE app.api_keys SET revoked_at = $2 WHERE id = $1', [keyId, this.clock.now()]);
      await this.audit.record({ action: 'api-key.revoke', object: { kind: 'api-key', id: keyId } }, sql);
    });
  }

  /** Ends all keys of a user. @returns how many ended */
  async revokeAll(userId: string, sql: Sql): Promise<number> {
    const rows = await sql.query<{ id: string }>(
      'UPDATE app.api_keys SET revoked_at = $2 WHERE user_id = $1 AND revoked_at IS NULL RETURNING id',
      [userId, this.clock.now()],
    );
    return rows.length;
  }

  /** Removes secrets that ended, and keys that ended long ago. */
  async forgetEnded(): Promise<void> {
    const now = this.clock.now();
    await this.database.query('DELETE FROM app.api_key_secrets WHERE expires_at < $1', [now]);
    await this.database.query('DELETE FROM app.api_keys WHERE revoked_at < $1 OR expires_at < $1', [
      new Date(now.getTime() - KEEP_ENDED_MS),
    ]);
  }

  private async addSecret(sql: Transaction, { id, publicId }: Key): Promise<string> {
    const secret = newSecret();
    const { hmac, kid } = peppered(this.peppers, 'api-key', publicId, secret);
    await sql.query(
      'INSERT INTO app.api_key_secrets (key_id, secret_hmac, pepper_kid, created_at) VALUES ($1, $2, $3, $4)',
      [id, hmac, kid, this.clock.now()],
    );
    return formatApiKey({ publicId, secret });
  }

  /** One answer for a key that is not there and for one of somebody else: ids tell nothing. */
  private async lockOwn(sql: Transaction, userId: string, keyId: string): Promise<Key> {
    const [key] = await sql.query<Key>(
      `SELECT ${LISTED} FROM app.api_keys WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL FOR UPDATE`,
      [keyId, userId],
    );
    if (key === undefined) throw new NotFoundError('there is no such API key of yours');
    return key;
  }
}
