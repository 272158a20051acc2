import { Inject, Injectable } from '@nestjs/common';
import { timingSafeEqual } from 'node:crypto';
import { AuditLog } from '../../audit/audit-log.service.ts';
import { CONFIGURATION, type Configuration } from '../../common/configuration/configuration.ts';
import { ForbiddenError, UnauthorizedError } from '../../common/errors.ts';
import { sha256 } from '../../common/tokens.ts';
import { DATABASE } from '../../database/database.module.ts';
import type { Database } from '../../database/sql.ts';
import { asActor } from '../account.ts';
import { Accounts } from '../accounts.service.ts';
import { Passwords } from '../passwords/passwords.service.ts';
import { type NewSession, Sessions } from '../sessions/sessions.service.ts';
import { addressGroup } from '../../common/http/address.ts';
import { currentRequest } from '../../common/request-context.ts';
import { Lockout } from './lockout.ts';

export interface FirstAdministrator {
  readonly token: string;
  readonly username: string;
  readonly displayName: string;
  readonly password: string;
}

/**
 * Makes an administrator out of the bootstrap token, once per token. Who may read it, in a Secret or a file, runs the
 * platform anyway; so a new token is also the way back in when nobody knows a password any more.
 */
@Injectable()
export class Setup {
  private readonly expected: Buffer | undefined;

  constructor(
    @Inject(CONFIGURATION) { bootstrapToken }: Configuration,
    @Inject(DATABASE) private readonly database: Database,
    private readonly accounts: Accounts,
    private readonly passwords: Passwords,
    private readonly sessions: Sessions,
    private readonly lockout: Lockout,
    private readonly audit: AuditLog,
  ) {
    this.expected = bootstrapToken === undefined ? undefined : sha256(bootstrapToken);
  }

  /** Whether the token of this server still waits for its administrator. */
  async isOpen(): Promise<boolean> {
    if (this.expected === undefined) return false;
    const used = await this.database.query('SELECT FROM app.bootstrap_uses WHERE token_sha256 = $1', [
      this.expected,
    ]);
    return used.length === 0;
  }

  /** @throws ForbiddenError where the token was used or there is none, UnauthorizedError where it is not the one */
  async run({ token, username, displayName, password }: FirstAdministrator): Promise<NewSession> {
    const network = addressGroup(currentRequest()?.address ?? '');
    // The token has 256 bits: only who guesses at it is slowed down, where they are.
    await this.lockout.requireNetwork(network);
    if (this.expected === undefined) {
      await this.refused('no-token');
      throw new ForbiddenError(
        'the server was started without BOOTSTRAP_TOKEN_FILE, so it makes no administrator',
      );
    }
    // Digests have one length, so the comparison takes the same time whatever was sent.
    if (!timingSafeEqual(sha256(token), this.expected)) {
      await this.lockout.failed({ network });
      await this.refused('token');
      throw new UnauthorizedError('token: this is not the bootstrap token');
    }
    if (!(await this.isOpen())) {
      await this.refused('used');
      throw usedUp();
    }
    const passwordHash = await this.passwords.hashNew(password, username, 'password');
    return this.database.transaction(async (sql) => {
      const id = await this.accounts.create({ username, displayName, role: 'admin', passwordHash }, sql);
      const first = await sql.query(
        `INSERT INTO app.bootstrap_uses (token_sha256, user_id) VALUES ($1, $2)
         ON CONFLICT (token_sha256) DO NOTHING RETURNING user_id`,
        [this.expected, id],
      );
      // Somebody else with the same token was quicker.
      if (first.length === 0) throw usedUp();
      const begun = await this.sessions.begin(id, sql);
      await this.audit.record(
        {
          action: 'user.set-up',
          object: { kind: 'user', id },
          after: { role: 'admin' },
          actor: asActor({ id, role: 'admin' }, begun),
        },
        sql,
      );
      return begun;
    });
  }

  /** From where somebody tries to become administrator is what one wants to know afterwards. */
  private refused(reason: 'no-token' | 'token' | 'used'): Promise<void> {
    return this.audit.record({ action: 'user.set-up', object: { kind: 'user' }, outcome: 'refused', reason });
  }
}

function usedUp(): ForbiddenError {
  return new ForbiddenError(
    'this bootstrap token has made its administrator; sign in, or have whoever runs the platform replace the token',
  );
}
