import { type ArgumentMetadata, type PipeTransform, ValidationPipe } from '@nestjs/common';
import type { ValidationError } from 'class-validator';
import type { ParameterError } from './errors.ts';

/** A request that breaks the rules of its DTO; every broken parameter is named. */
export class ValidationFailedError extends Error {
  readonly errors: readonly ParameterError[];

  constructor(errors: readonly ParameterError[]) {
    super('the request is not valid');
    this.name = 'ValidationFailedError';
    this.errors = errors;
  }
}

/** Longest name of a client that is repeated in an answer; the rest is cut. */
const SHOWN_NAME = 64;

const UNKNOWN = 'is not a known parameter of this request';

/** A word of a client as an answer may repeat it. */
export function printable(name: string): string {
  const clean = name.replaceAll(/[^\x20-\x7e\u4e00-\u9fff]/g, '?');
  return clean.length > SHOWN_NAME ? `${clean.slice(0, SHOWN_NAME)}…` : clean;
}

function detailOf(rule: string, message: string, value: unknown): string {
  if (rule === 'whitelistValidation') return UNKNOWN;
  return value === undefined ? `is required, and ${message}` : message;
}

function flatten(errors: readonly ValidationError[], prefix = ''): ParameterError[] {
  return errors.flatMap((error) => {
    const parameter = printable(prefix + error.property);
    const own = Object.entries(error.constraints ?? {}).map(([rule, message]) => ({
      parameter,
      detail: detailOf(rule, message, error.value),
    }));
    return [...own, ...flatten(error.children ?? [], `${prefix}${error.property}.`)];
  });
}

/**
 * The rules of the house for every DTO: unknown keys are refused, nothing is converted without being asked, and the
 * first broken rule is told. Decorators apply from the last line up, so what kind of value it must be stands last. Keys that
 * every object inherits (`constructor`, `__proto__`) are refused here, because class-transformer drops them silently.
 */
class StrictValidationPipe extends ValidationPipe {
  constructor() {
    super({
      whitelist: true,
      forbidNonWhitelisted: true,
      forbidUnknownValues: true,
      transform: true,
      stopAtFirstError: true,
      exceptionFactory: (errors) => new ValidationFailedError(flatten(errors)),
    });
  }

  override transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (typeof value === 'object' && value !== null)
      refuseKeys(Object.keys(value).filter((key) => key in Object.prototype));
    if (metadata.type === 'query') refuseRepeated(value);
    return super.transform(value, metadata);
  }
}

export function createValidationPipe(): ValidationPipe {
  return new StrictValidationPipe();
}

/** @throws ValidationFailedError that names each of them as unknown */
export function refuseKeys(keys: readonly string[]): void {
  const errors = keys.map((key) => ({ parameter: printable(key), detail: UNKNOWN }));
  if (errors.length > 0) throw new ValidationFailedError(errors);
}

function refuseRepeated(query: unknown): void {
  const repeated = Object.entries(query ?? {}).filter(([, value]) => typeof value === 'object');
  const errors = repeated.map(([key]) => ({ parameter: printable(key), detail: 'must be given once' }));
  if (errors.length > 0) throw new ValidationFailedError(errors);
}

/** For routes without query parameters: `@Query(NoParameters) _: object` refuses every key by name. */
export const NoParameters: PipeTransform<object, object> = {
  transform(value) {
    refuseKeys(Object.keys(value));
    return value;
  },
};
