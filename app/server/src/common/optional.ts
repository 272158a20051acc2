import { ValidateIf } from 'class-validator';

/**
 * A field that may be left out. `null` is a value, and judged like any other one: class-validator's own `IsOptional` takes it
 * for absent, so that it would get past every rule and past the default.
 */
export const Optional = (): PropertyDecorator =>
  ValidateIf((_object: unknown, value: unknown) => value !== undefined);
