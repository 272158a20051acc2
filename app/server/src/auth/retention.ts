import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { ApiKeys } from '../api-keys/api-keys.service.ts';
import { PeriodicQueries } from '../database/periodic-queries.ts';
import { Lockout } from './login/lockout.ts';
import { Sessions } from './sessions/sessions.service.ts';

const INTERVAL_MS = 3_600_000;

/** Where somebody was signed in, and what failed, are removed when nobody needs them any more. */
@Injectable()
export class Retention implements OnApplicationBootstrap {
  constructor(
    private readonly queries: PeriodicQueries,
    private readonly sessions: Sessions,
    private readonly lockout: Lockout,
    private readonly apiKeys: ApiKeys,
  ) {}

  onApplicationBootstrap(): void {
    this.queries.every(INTERVAL_MS, 'what has to be forgotten of accounts', async () => {
      await this.sessions.forgetEnded();
      await this.lockout.forgetOld();
      await this.apiKeys.forgetEnded();
      return [];
    });
  }
}
