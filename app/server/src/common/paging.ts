import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional, type ApiPropertyOptions } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsInt, Max, Min, ValidateBy } from 'class-validator';
import { Optional } from './optional.ts';

/** Only digits become a number; everything else stays what it is and is refused by IsInt. */
export function digitsToNumber({ value }: { value: unknown }): unknown {
  return typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
}

/** The most items of an answer, 1 to `maximum`: validation and OpenAPI in one. */
export function OptionalLimit(
  options: Pick<ApiPropertyOptions, 'description' | 'example' | 'default'> & { readonly maximum: number },
): PropertyDecorator {
  const { maximum } = options;
  const message = `must be a whole number from 1 to ${maximum}`;
  return applyDecorators(
    ApiPropertyOptional({ minimum: 1, ...options }),
    Optional(),
    Transform(digitsToNumber),
    IsInt({ message }),
    Min(1, { message }),
    Max(maximum, { message }),
  );
}

const isCursor = (value: unknown, maxLength: number): boolean =>
  typeof value === 'string' && value.length <= maxLength && /^[A-Za-z0-9_-]+$/.test(value);

/** Where the page before ended, of at most so many characters of base64url; validation and OpenAPI in one. */
export function OptionalCursor(maxLength: number): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({ description: '`nextCursor` of the page before', maxLength }),
    Optional(),
    // One check, so that what is wrong in two ways is named once.
    ValidateBy(
      { name: 'isCursor', validator: { validate: (value: unknown) => isCursor(value, maxLength) } },
      { message: 'must be the nextCursor of the answer before' },
    ),
  );
}
