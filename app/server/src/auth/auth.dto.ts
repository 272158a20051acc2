import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsString, Matches, MaxLength, MinLength } from 'class-validator';
import { IsDisplayName, IsUsername } from '../common/text-fields.ts';
import { UserItem } from '../common/user.dto.ts';
import { Optional } from '../common/optional.ts';

/** Longest text that is taken for a password at all; what a new one must be like is judged when it is set. */
const LONGEST_SENT = 1024;

const IsSentPassword = (description: string): PropertyDecorator =>
  applyDecorators(
    ApiProperty({ format: 'password', description, maxLength: LONGEST_SENT }),
    IsString({ message: 'must be text' }),
    MinLength(1, { message: 'must not be empty' }),
    MaxLength(LONGEST_SENT, { message: `must have at most ${LONGEST_SENT} characters` }),
  );

const NEW_PASSWORD =
  '12 to 128 characters of any kind, and none of the passwords that were found in breaches';

/** Apps show a code in two groups, and paper in as many as there is room for. */
const withoutBlanks = ({ value }: { value: unknown }): unknown =>
  typeof value === 'string' ? value.replaceAll(/\s/g, '') : value;

const IsCode = (): PropertyDecorator =>
  applyDecorators(
    Transform(withoutBlanks),
    IsString({ message: 'must be text' }),
    Matches(/^[0-9A-Za-z-]{6,64}$/, { message: 'must be six digits, or a recovery code' }),
  );

const OptionalCode = (): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional({ description: 'where there is a second factor: its code, or a recovery code' }),
    Optional(),
    IsCode(),
  );

export class SetupBody {
  @ApiProperty({ description: 'the bootstrap token', format: 'password' })
  @MaxLength(512, { message: 'must have at most 512 characters' })
  @MinLength(1, { message: 'must not be empty' })
  @IsString({ message: 'must be text' })
  token!: string;

  @IsUsername()
  username!: string;

  @ApiPropertyOptional({ maxLength: 100, description: 'absent: the user name' })
  @Optional()
  @IsDisplayName()
  displayName?: string;

  @IsSentPassword(NEW_PASSWORD)
  password!: string;
}

export class LoginBody {
  @IsUsername()
  username!: string;

  @IsSentPassword('')
  password!: string;

  @OptionalCode()
  code?: string;
}

export class StepUpBody {
  @IsSentPassword('the one that signs in')
  password!: string;

  @OptionalCode()
  code?: string;
}

export class PasswordChangeBody {
  @IsSentPassword('the one until now')
  currentPassword!: string;

  @IsSentPassword(NEW_PASSWORD)
  newPassword!: string;
}

export class CodeBody {
  @ApiProperty({ description: 'the six digits that the authenticator shows now', example: '123456' })
  @Matches(/^\d{6}$/, { message: 'must be six digits' })
  @IsString({ message: 'must be text' })
  @Transform(withoutBlanks)
  code!: string;
}

export class SessionState {
  @ApiProperty({ description: 'null: nobody is signed in', type: UserItem, nullable: true })
  user!: UserItem | null;

  @ApiProperty({
    description:
      'to be sent as X-CSRF-Token with everything that changes something; null: nobody is signed in',
    type: String,
    nullable: true,
  })
  csrfToken!: string | null;

  @ApiProperty({ description: 'when the session ends at the latest', type: Date, nullable: true })
  expiresAt!: Date | null;

  @ApiProperty({
    description:
      'the platform asks a second factor of this account: until it has one, nothing else is possible',
  })
  requiresSecondFactor!: boolean;

  @ApiProperty({ description: 'sensitive actions are possible without giving the password again' })
  isSteppedUp!: boolean;

  @ApiProperty({ description: 'the bootstrap token waits for its administrator' })
  needsSetup!: boolean;

  @ApiProperty({
    description:
      'with needsSetup: nobody is administrator yet; false: a new token is the way back in for one more',
  })
  isFirstSetup!: boolean;

  @ApiProperty({ description: 'market data can be read without an account' })
  anonymousReading!: boolean;
}

export class SessionItem {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty()
  createdAt!: Date;

  @ApiProperty({ description: 'to the minute' })
  lastSeenAt!: Date;

  @ApiProperty()
  expiresAt!: Date;

  @ApiProperty({ description: 'from where it was begun' })
  address!: string;

  @ApiProperty({ type: String, nullable: true })
  userAgent!: string | null;

  @ApiProperty({ description: 'the one that asks' })
  isCurrent!: boolean;
}

export class SessionList {
  @ApiProperty({ type: [SessionItem] })
  sessions!: SessionItem[];
}

export class RevokedCount {
  @ApiProperty({ description: 'how many ended' })
  revoked!: number;
}

export class SecondFactorState {
  @ApiProperty({ type: Date, nullable: true, description: 'since when it is asked for; null: there is none' })
  since!: Date | null;

  @ApiProperty({ description: 'recovery codes that were not used; at 0 a lost phone locks the account' })
  recoveryCodesLeft!: number;
}

export class EnrolmentAnswer {
  @ApiProperty({ description: 'base32, for typing it into an authenticator' })
  secret!: string;

  @ApiProperty({ example: 'otpauth://totp/…', description: 'for a QR code' })
  uri!: string;
}

export class RecoveryCodes {
  @ApiProperty({ type: [String], description: 'each stands in for the second factor once; shown this once' })
  recoveryCodes!: string[];
}
