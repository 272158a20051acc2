import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { NeedsRole, NeedsSession } from '../common/access.ts';
import { GuardedAnswers } from '../common/api-docs.ts';
import { CurrentSession, type SessionPrincipal } from '../common/current-principal.ts';
import { UuidPipe } from '../common/uuid.pipe.ts';
import { UserItem } from '../common/user.dto.ts';
import { NoParameters } from '../common/validation.ts';
import {
  NewUser,
  OneTimePassword,
  RevokedCounts,
  UserBody,
  UserChangeBody,
  UserList,
  UserQuery,
} from './users.dto.ts';
import { UsersService } from './users.service.ts';

const UserId = new UuidPipe('id', 'the id of a user');
const NO_USER = 'no such user';
const LAST = 'nobody could manage users any more';

/** All users, for administrators. What changes who may do what asks for the password again, so no API key does it. */
@ApiTags('users')
@Controller('users')
export class UsersController {
  constructor(private readonly users: UsersService) {}

  @NeedsRole('admin', 'users:read')
  @Get()
  @ApiOperation({ operationId: 'listUsers', summary: 'Users by name' })
  @GuardedAnswers(UserList)
  list(@Query() query: UserQuery): Promise<UserList> {
    return this.users.list(query);
  }

  @NeedsRole('admin', 'users:read')
  @Get(':id')
  @ApiOperation({ operationId: 'getUser', summary: 'One user' })
  @GuardedAnswers(UserItem, { notFound: NO_USER })
  get(@Param('id', UserId) id: string, @Query(NoParameters) _query: object): Promise<UserItem> {
    return this.users.get(id);
  }

  @NeedsSession('admin', { stepUp: true })
  @Post()
  @ApiOperation({ operationId: 'createUser', summary: 'A new user, with a password for the first time' })
  @GuardedAnswers(NewUser, { status: 201, conflict: 'the name is taken' })
  create(@Query(NoParameters) _query: object, @Body() body: UserBody): Promise<NewUser> {
    return this.users.create(body);
  }

  @NeedsSession('admin', { stepUp: true })
  @Patch(':id')
  @ApiOperation({ operationId: 'changeUser', summary: 'Another role, another name, or switched off' })
  @GuardedAnswers(UserItem, { notFound: NO_USER, conflict: `${LAST}, or it is about the own role` })
  change(
    @Param('id', UserId) id: string,
    @Query(NoParameters) _query: object,
    @CurrentSession() { userId }: SessionPrincipal,
    @Body() body: UserChangeBody,
  ): Promise<UserItem> {
    return this.users.change(id, body, userId);
  }

  @NeedsSession('admin', { stepUp: true })
  @Delete(':id')
  @ApiOperation({ operationId: 'deleteUser', summary: 'Remove a user with everything that is theirs' })
  @GuardedAnswers(undefined, { notFound: NO_USER, conflict: LAST })
  remove(@Param('id', UserId) id: string, @Query(NoParameters) _query: object): Promise<void> {
    return this.users.remove(id);
  }

  @NeedsSession('admin', { stepUp: true })
  @Post(':id/password-reset')
  @ApiOperation({ operationId: 'resetPassword', summary: 'A one-time password in place of a forgotten one' })
  @GuardedAnswers(OneTimePassword, { notFound: NO_USER })
  async resetPassword(
    @Param('id', UserId) id: string,
    @Query(NoParameters) _query: object,
  ): Promise<OneTimePassword> {
    return { oneTimePassword: await this.users.resetPassword(id) };
  }

  @NeedsSession('admin', { stepUp: true })
  @Delete(':id/second-factor')
  @ApiOperation({ operationId: 'removeUsersSecondFactor', summary: 'For who lost phone and recovery codes' })
  @GuardedAnswers(undefined, { notFound: NO_USER })
  removeSecondFactor(@Param('id', UserId) id: string, @Query(NoParameters) _query: object): Promise<void> {
    return this.users.removeSecondFactor(id);
  }

  @NeedsSession('admin', { stepUp: true })
  @Post(':id/revoke-access')
  @ApiOperation({ operationId: 'revokeAccess', summary: 'End all sessions and API keys of a user' })
  @GuardedAnswers(RevokedCounts, { notFound: NO_USER })
  revokeAccess(@Param('id', UserId) id: string, @Query(NoParameters) _query: object): Promise<RevokedCounts> {
    return this.users.revokeAccess(id);
  }
}
