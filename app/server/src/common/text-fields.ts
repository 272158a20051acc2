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
    Transform(lowerCase),
    IsString({ message: 'must be text' }),
    Matches(/^[a-z0-9][a-z0-9._@-]{2,63}$/, {
      message: 'must be 3 to 64 of a-z, 0-9, dot, hyphen, underscore and @, and begin with a letter or digit',
    }),
  );

/** Why somebody does something, for those who read it later. */
export const IsReason = (description: string): PropertyDecorator =>
  applyDecorators(
    ApiProperty({ description, minLength: 3, maxLength: 500 }),
    Transform(trimmed),
    IsString({ message: 'must be text' }),
    MinLength(3, { message: 'must have at least 3 characters, blanks around it not counted' }),
    MaxLength(500, { message: 'must have at most 500 characters' }),
    Matches(/^[^\p{Cc}]*$/u, { message: 'must not hold control characters' }),
  );

/** No half of a pair, no line separator, and no Hangul filler and empty Braille pattern, which show nothing. */
const PLAIN = /^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u115f\u1160\u2800\u3164\uffa0]*$/u;
/** No script puts more on one letter; a heap of them covers the lines above. */
const NO_HEAP_OF_MARKS = /^(?!.*\p{M}{4})/su;

/** Text that others are shown as a name. As in all of these lists the first rule stands first: what kind of value it is. */
export const IsDisplayName = (): PropertyDecorator =>
  applyDecorators(
    Transform(trimmed),
    IsString({ message: 'must be text' }),
    MinLength(1, { message: 'must have at least 1 character' }),
    MaxLength(100, { message: 'must have at most 100 characters' }),
    Matches(PLAIN, { message: 'must not hold control characters, nor signs that show nothing' }),
    Matches(NO_HEAP_OF_MARKS, { message: 'must not hold more than three combining marks in a row' }),
  );
