import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsString, Matches, MaxLength, MinLength } from 'class-validator';

export const SECRET_KINDS = ['ai-api-key', 'webhook-secret', 'smtp-password'] as const;
export type SecretKind = (typeof SECRET_KINDS)[number];

/** Longer than the longest key of any service, which are tokens of about 2 kB. */
const LONGEST_VALUE = 4096;
const SECRET_NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** Which of a user's secrets. */
export class SecretPath {
  @ApiProperty({ enum: SECRET_KINDS })
  @IsIn(SECRET_KINDS, { message: `must be one of ${SECRET_KINDS.join(', ')}` })
  kind!: SecretKind;

  @ApiProperty({ description: 'what the user calls it', pattern: SECRET_NAME.source, example: 'default' })
  @Matches(SECRET_NAME, { message: 'must be 1 to 63 of a-z, 0-9 and -, and begin with a letter or digit' })
  name!: string;
}

export class SecretBody {
  @ApiProperty({
    description: 'the secret itself; no answer ever holds it',
    maxLength: LONGEST_VALUE,
    minLength: 1,
  })
  // A line break in a key is a slip of copying, and would end a header where the key is sent.
  @Matches(/^[^\p{Cc}\p{Cs}]*$/u, { message: 'must not hold line breaks or other control characters' })
  @MaxLength(LONGEST_VALUE, { message: `must have at most ${LONGEST_VALUE} characters` })
  @MinLength(1, { message: 'must not be empty; DELETE removes a secret' })
  @IsString({ message: 'must be text' })
  value!: string;
}

export class UserSecret {
  @ApiProperty({ enum: SECRET_KINDS })
  kind!: SecretKind;

  @ApiProperty({ example: 'default' })
  name!: string;

  @ApiProperty({
    description:
      'the same for the same value of this user, while the pepper stays; says nothing about the value',
    example: '1.pPZ0Jr1CqYcH',
  })
  fingerprint!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt!: Date;

  @ApiProperty({ type: String, format: 'date-time', description: 'when the value was given last' })
  updatedAt!: Date;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'when this value was used last, to the minute',
  })
  lastUsedAt!: Date | null;
}

export class UserSecretList {
  @ApiProperty({ type: [UserSecret] })
  items!: UserSecret[];
}
