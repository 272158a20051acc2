import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsString, Matches, MaxLength, MinLength } from 'class-validator';

const lowerCase = ({ value }: { value: unknown }): unknown =>
  typeof value === 'string' ? value.trim().toLowerCase() : value;

export const trimmed = ({ value }: { value: unknown }): unknown =>
  typeof value === 'string' ? value.trim() : value;

export const IsUsername = (): PropertyDecorator =>
  applyDecorators(
    ApiProperty({ example: 'li.wei', description: '3 to 64 of a-z, 0-9, dot, hyphen, underscore and @' }),
    Matches(/^[a-z0-9][a-z0-9._@-]{2,63}$/, {
      message: 'must be 3 to 64 of a-z, 0-9, dot, hyphen, underscore and @, and begin with a letter or digit',
    }),
    Transform(lowerCase),
  );

export const IsDisplayName = (): PropertyDecorator =>
  applyDecorators(
    Matches(/^[^\p{Cc}\p{Cf}]*$/u, { message: 'must not hold control characters' }),
    MaxLength(100, { message: 'must have at most 100 characters' }),
    MinLength(1, { message: 'must have at least 1 character' }),
    IsString({ message: 'must be text' }),
    Transform(trimmed),
  );
