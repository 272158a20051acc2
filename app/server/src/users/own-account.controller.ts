import { Body, Controller, Delete, Get, Header, Patch, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { NeedsSession } from '../common/access.ts';
import { GuardedAnswers } from '../common/api-docs.ts';
import { Budget } from '../common/budget.ts';
import { CurrentSession, type SessionPrincipal } from '../common/current-principal.ts';
import { UserItem } from '../common/user.dto.ts';
import { NoParameters } from '../common/validation.ts';
import { AccountExport, OwnChangeBody } from './users.dto.ts';
import { UsersService } from './users.service.ts';

/** What belongs to oneself. */
@ApiTags('account')
@Controller('account')
export class OwnAccountController {
  constructor(private readonly users: UsersService) {}

  @NeedsSession()
  @Get()
  @ApiOperation({ operationId: 'getOwnAccount', summary: 'The account of who asks' })
  @GuardedAnswers(UserItem)
  get(
    @Query(NoParameters) _query: object,
    @CurrentSession() { userId }: SessionPrincipal,
  ): Promise<UserItem> {
    return this.users.get(userId);
  }

  @NeedsSession()
  @Patch()
  @ApiOperation({ operationId: 'changeOwnAccount', summary: 'Another name to be shown' })
  @GuardedAnswers(UserItem)
  change(
    @Query(NoParameters) _query: object,
    @CurrentSession() { userId }: SessionPrincipal,
    @Body() body: OwnChangeBody,
  ): Promise<UserItem> {
    return this.users.change(userId, body, userId);
  }

  @NeedsSession('viewer', { stepUp: true })
  @Budget('exports')
  @Get('export')
  @Header('Content-Disposition', 'attachment; filename="account.json"')
  @ApiOperation({
    operationId: 'exportOwnAccount',
    summary: 'Everything that is stored of oneself, without secrets',
  })
  @GuardedAnswers(AccountExport)
  export(
    @Query(NoParameters) _query: object,
    @CurrentSession() { userId }: SessionPrincipal,
  ): Promise<AccountExport> {
    return this.users.export(userId);
  }

  @NeedsSession('viewer', { stepUp: true })
  @Delete()
  @ApiOperation({ operationId: 'deleteOwnAccount', summary: 'Remove oneself with everything that is theirs' })
  @GuardedAnswers(undefined, { conflict: 'nobody could manage users any more' })
  remove(@Query(NoParameters) _query: object, @CurrentSession() { userId }: SessionPrincipal): Promise<void> {
    return this.users.remove(userId);
  }
}
