import { Inject, Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { AuditLog } from '../audit/audit-log.service.ts';
import { NotFoundError } from '../common/errors.ts';
import { DATABASE } from '../database/database.module.ts';
import type { Database } from '../database/sql.ts';
import { SecretBox } from './secret-box.ts';
import type { SealedPlace } from './sealed-columns.ts';
import { TooManySecretsError } from './secrets.errors.ts';
import type { SecretPath, UserSecret } from './user-secrets.dto.ts';
import { COUNT, FIND, LIST, LOCK_USER, MARK_USED, REMOVE, STORE } from './user-secrets.sql.ts';

/** Some services and channels each; a bound, so that nobody fills the table. */
const MOST_SECRETS = 20;

export type ExportedSecret = Pick<UserSecret, 'kind' | 'name' | 'createdAt' | 'lastUsedAt'>;

interface StoredSecret {
  readonly id: string;
  readonly sealed: string;
}

const placeOf = (id: string): SealedPlace => ({ table: 'user_secrets', column: 'sealed', id });

/** Secrets that users hand over for later use. Every question is about one user, and finds nothing of another one. */
@Injectable()
export class UserSecrets {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly box: SecretBox,
    private readonly audit: AuditLog,
  ) {}

  async list(userId: string): Promise<UserSecret[]> {
    return this.database.query<UserSecret>(LIST, [userId]);
  }

  /** What there is, with nothing that was made of a value. */
  async exported(userId: string): Promise<ExportedSecret[]> {
    const stored = await this.list(userId);
    return stored.map(({ kind, name, createdAt, lastUsedAt }) => ({ kind, name, createdAt, lastUsedAt }));
  }

  /**
   * Stores a value, in place of the one before of this kind and name.
   * @throws TooManySecretsError; NotFoundError when the user was deleted meanwhile
   */
  async put(userId: string, { kind, name }: SecretPath, value: string): Promise<UserSecret> {
    const fingerprint = this.box.fingerprint(userId, kind, value);
    return this.database.transaction(async (sql) => {
      const [user] = await sql.query<{ id: string }>(LOCK_USER, [userId]);
      if (user === undefined) throw new NotFoundError('the account does not exist any more');
      const [known] = await sql.query<StoredSecret>(FIND, [userId, kind, name]);
      const [{ count } = { count: 0 }] = await sql.query<{ count: number }>(COUNT, [userId]);
      if (known === undefined && count >= MOST_SECRETS)
        throw new TooManySecretsError(
          `there are ${count} secrets already, and ${MOST_SECRETS} is the most; DELETE one that is not needed`,
        );
      const id = known?.id ?? randomUUID();
      const sealed = this.box.seal(placeOf(id), value);
      const [stored] = await sql.query<UserSecret>(STORE, [id, userId, kind, name, sealed, fingerprint]);
      if (stored === undefined) throw new Error('storing a secret gave no row');
      const action = known === undefined ? 'secret.create' : 'secret.replace';
      await this.audit.record({ action, object: { kind: 'secret', id }, after: { kind, name } }, sql);
      return stored;
    });
  }

  /** @throws NotFoundError */
  async remove(userId: string, path: SecretPath): Promise<void> {
    const { kind, name } = path;
    await this.database.transaction(async (sql) => {
      const [removed] = await sql.query<{ id: string }>(REMOVE, [userId, kind, name]);
      if (removed === undefined) throw missing(path);
      const object = { kind: 'secret', id: removed.id };
      await this.audit.record({ action: 'secret.delete', object, before: { kind, name } }, sql);
    });
  }

  /**
   * The value, for the feature that uses it; it goes into no log, no error and no answer.
   * @throws NotFoundError; EnvelopeError when it cannot be decrypted
   */
  async open(userId: string, path: SecretPath): Promise<string> {
    const [stored] = await this.database.query<StoredSecret>(FIND, [userId, path.kind, path.name]);
    if (stored === undefined) throw missing(path);
    const value = this.box.open(placeOf(stored.id), stored.sealed);
    await this.database.query(MARK_USED, [stored.id]);
    return value;
  }
}

function missing({ kind, name }: SecretPath): NotFoundError {
  return new NotFoundError(
    `there is no ${kind} ${name}; GET /api/v1/account/secrets lists what there is, PUT stores one`,
  );
}
