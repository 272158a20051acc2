import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { buildMessage, ValidateBy } from 'class-validator';
import { Optional } from './optional.ts';
import { isCivilDate } from './market/civil-date.ts';

const INSTANT =
  /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

function isInstant(value: unknown): boolean {
  const [, date] = (typeof value === 'string' && INSTANT.exec(value)) || [];
  return date !== undefined && isCivilDate(date);
}

/** An instant of RFC 3339 with its offset: validation and OpenAPI in one. */
export function Instant(description: string): PropertyDecorator {
  return applyDecorators(
    ApiProperty({ type: String, format: 'date-time', description, example: '2026-11-26T00:00:00Z' }),
    ValidateBy({
      name: 'isInstant',
      validator: {
        validate: isInstant,
        defaultMessage: buildMessage(
          (prefix) => `${prefix}must be an instant like 2026-11-26T00:00:00Z (in a URL, + is %2B)`,
        ),
      },
    }),
  );
}

/** As `Instant`, and may be left out. */
export function OptionalInstant(description: string): PropertyDecorator {
  return applyDecorators(Instant(description), ApiPropertyOptional(), Optional());
}
