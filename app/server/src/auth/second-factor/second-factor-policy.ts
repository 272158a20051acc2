import { Inject, Injectable } from '@nestjs/common';
import type { UserRole } from '../../common/access.ts';
import { CONFIGURATION, type Configuration } from '../../common/configuration/configuration.ts';
import type { SecondFactorRule } from '../../common/configuration/security-schema.ts';

/** Of whom the platform asks a second factor. Until they have one, they can do nothing but set it up. */
@Injectable()
export class SecondFactorPolicy {
  private readonly rule: SecondFactorRule;

  constructor(@Inject(CONFIGURATION) { security }: Configuration) {
    this.rule = security.secondFactor;
  }

  isAskedOf(role: UserRole): boolean {
    return this.rule === 'Everyone' || (this.rule === 'Administrators' && role === 'admin');
  }
}
