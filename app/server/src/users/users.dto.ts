import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsIn, Matches } from 'class-validator';
import { USER_ROLES, type UserRole } from '../common/access.ts';
import { UserItem } from '../common/user.dto.ts';
import { IsDisplayName, IsUsername } from '../common/text-fields.ts';
import { OptionalLimit } from '../common/paging.ts';
import { Optional } from '../common/optional.ts';

export const CURSOR_MESSAGE =
  'must be the nextCursor of an answer whose last user is still there; else begin with the first page';
const ROLE_MESSAGE = `must be one of ${USER_ROLES.join(', ')}`;

export class UserBody {
  @IsUsername()
  username!: string;

  @ApiPropertyOptional({ maxLength: 100, description: 'absent: the user name' })
  @Optional()
  @IsDisplayName()
  displayName?: string;

  @ApiProperty({ enum: USER_ROLES })
  @IsIn(USER_ROLES, { message: ROLE_MESSAGE })
  role!: UserRole;
}

export class UserChangeBody {
  @ApiPropertyOptional({ maxLength: 100 })
  @Optional()
  @IsDisplayName()
  displayName?: string;

  @ApiPropertyOptional({ enum: USER_ROLES, description: 'another role ends all sessions of the user' })
  @Optional()
  @IsIn(USER_ROLES, { message: ROLE_MESSAGE })
  role?: UserRole;

  @ApiPropertyOptional({
    description: 'true: sessions end, keys do not open anything, and signing in is refused',
  })
  @Optional()
  @IsBoolean({ message: 'must be true or false' })
  isDisabled?: boolean;
}

export class OwnChangeBody {
  @ApiProperty({ maxLength: 100 })
  @IsDisplayName()
  displayName!: string;
}

export class UserQuery {
  @ApiPropertyOptional({ description: '`nextCursor` of the page before', maxLength: 22 })
  @Optional()
  @Matches(/^[A-Za-z0-9_-]{22}$/, { message: CURSOR_MESSAGE })
  cursor?: string;

  @OptionalLimit({ maximum: 200, default: 50 })
  limit: number = 50;
}

export class UserList {
  @ApiProperty({ type: [UserItem], description: 'by user name' })
  users!: UserItem[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: '`cursor` of the next page; null: this is the last',
  })
  nextCursor!: string | null;
}

export class NewUser extends UserItem {
  @ApiProperty({ description: 'signs in within seven days, to choose another; shown this once' })
  oneTimePassword!: string;
}

export class OneTimePassword {
  @ApiProperty({ description: 'signs in within seven days, to choose another; shown this once' })
  oneTimePassword!: string;
}

export class RevokedCounts {
  @ApiProperty({ description: 'how many sessions ended' })
  sessions!: number;

  @ApiProperty({ description: 'how many API keys ended' })
  apiKeys!: number;

  @ApiProperty({
    description: '1: a one-time password that nobody had changed yet signs in no more; make another',
  })
  oneTimePasswords!: number;
}

export class ExportedSession {
  @ApiProperty()
  createdAt!: Date;

  @ApiProperty()
  lastSeenAt!: Date;

  @ApiProperty({ description: 'when it ends, or ended, at the latest' })
  expiresAt!: Date;

  @ApiProperty({ type: Date, nullable: true, description: 'when it was ended; null: by no one' })
  revokedAt!: Date | null;

  @ApiProperty()
  address!: string;

  @ApiProperty({ type: String, nullable: true })
  userAgent!: string | null;
}

export class ExportedApiKey {
  @ApiProperty()
  name!: string;

  @ApiProperty()
  publicId!: string;

  @ApiProperty({ type: [String] })
  scopes!: string[];

  @ApiProperty()
  createdAt!: Date;

  @ApiProperty({ type: Date, nullable: true })
  expiresAt!: Date | null;

  @ApiProperty({ type: Date, nullable: true, description: 'when it was ended; null: by no one' })
  revokedAt!: Date | null;

  @ApiProperty({ type: Date, nullable: true })
  lastUsedAt!: Date | null;
}

export class ExportedSecret {
  @ApiProperty()
  kind!: string;

  @ApiProperty()
  name!: string;

  @ApiProperty()
  createdAt!: Date;

  @ApiProperty({ type: Date, nullable: true })
  lastUsedAt!: Date | null;
}

/** What is stored of one person. Secrets are not part of it: who exports an account has them, or must not get them. */
export class AccountExport {
  @ApiProperty()
  exportedAt!: Date;

  @ApiProperty({ type: UserItem })
  user!: UserItem;

  @ApiProperty({ type: [ExportedSession], description: 'those that ended, too, as long as they are kept' })
  sessions!: ExportedSession[];

  @ApiProperty({ type: [ExportedApiKey] })
  apiKeys!: ExportedApiKey[];

  @ApiProperty({ type: [ExportedSecret] })
  secrets!: ExportedSecret[];

  @ApiProperty()
  passwordChangedAt!: Date;

  @ApiProperty({ type: Date, nullable: true })
  secondFactorSince!: Date | null;
}
