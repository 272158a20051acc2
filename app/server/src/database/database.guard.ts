import { type CanActivate, type ExecutionContext, Injectable, SetMetadata } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { DatabaseConnector } from './connector.ts';
import { UnavailableError } from '../common/errors.ts';

const WORKS_WITHOUT_DATABASE = 'works-without-database';

export const WorksWithoutDatabase = (): MethodDecorator & ClassDecorator =>
  SetMetadata(WORKS_WITHOUT_DATABASE, true);

/** Before the first connection there is nothing to answer from; afterwards failures speak for themselves. */
@Injectable()
export class DatabaseGuard implements CanActivate {
  constructor(
    private readonly connector: DatabaseConnector,
    private readonly reflector: Reflector,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const targets = [context.getHandler(), context.getClass()];
    if (this.connector.isReady || this.reflector.getAllAndOverride<boolean>(WORKS_WITHOUT_DATABASE, targets))
      return true;
    throw new UnavailableError('the database is not ready yet; try again in a few seconds');
  }
}
