import { ParseUUIDPipe } from '@nestjs/common';
import { InvalidParameterError } from './errors.ts';

/** A path part that must be a UUID. */
export class UuidPipe extends ParseUUIDPipe {
  /** @param what such as `the id of a load` */
  constructor(parameter: string, what: string) {
    super({ exceptionFactory: () => new InvalidParameterError(parameter, `must be ${what}, a UUID`) });
  }
}
