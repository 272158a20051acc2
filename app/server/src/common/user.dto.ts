import { ApiProperty } from '@nestjs/swagger';
import { USER_ROLES, type UserRole } from './access.ts';

/** A user as they and administrators see them. */
export class UserItem {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty()
  username!: string;

  @ApiProperty()
  displayName!: string;

  @ApiProperty({ enum: USER_ROLES })
  role!: UserRole;

  @ApiProperty()
  isDisabled!: boolean;

  @ApiProperty()
  hasSecondFactor!: boolean;

  @ApiProperty({
    description: 'the password was made by somebody else: nothing else is possible before it is changed',
  })
  mustChangePassword!: boolean;

  @ApiProperty()
  createdAt!: Date;

  @ApiProperty({ type: Date, nullable: true })
  lastLoginAt!: Date | null;
}
