import { Body, Controller, Delete, Get, Param, Put, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { NeedsSession } from '../common/access.ts';
import { GuardedAnswers } from '../common/api-docs.ts';
import { CurrentSession, type SessionPrincipal } from '../common/current-principal.ts';
import { NoParameters } from '../common/validation.ts';
import { SecretBody, SecretPath, UserSecret, UserSecretList } from './user-secrets.dto.ts';
import { UserSecrets } from './user-secrets.service.ts';

/** Whose secrets these are, is said by who asks and by nothing in the request. */
@ApiTags('account')
@Controller('account/secrets')
export class UserSecretsController {
  constructor(private readonly secrets: UserSecrets) {}

  @NeedsSession()
  @Get()
  @ApiOperation({
    operationId: 'listOwnSecrets',
    summary: 'Keys and passwords that you handed over: what there is and when it was used, never the values',
  })
  @GuardedAnswers(UserSecretList)
  async list(
    @Query(NoParameters) _query: object,
    @CurrentSession() { userId }: SessionPrincipal,
  ): Promise<UserSecretList> {
    return { items: await this.secrets.list(userId) };
  }

  @NeedsSession('viewer', { stepUp: true })
  @Put(':kind/:name')
  @ApiOperation({
    operationId: 'putOwnSecret',
    summary: 'Store a key or password, in place of the one before',
  })
  @GuardedAnswers(UserSecret, { conflict: 'there are as many secrets as one may have' })
  put(
    @Param() path: SecretPath,
    @Query(NoParameters) _query: object,
    @CurrentSession() { userId }: SessionPrincipal,
    @Body() body: SecretBody,
  ): Promise<UserSecret> {
    return this.secrets.put(userId, path, body.value);
  }

  @NeedsSession('viewer', { stepUp: true })
  @Delete(':kind/:name')
  @ApiOperation({ operationId: 'deleteOwnSecret', summary: 'Forget a key or password' })
  @GuardedAnswers(undefined, { notFound: 'no such secret' })
  remove(
    @Param() path: SecretPath,
    @Query(NoParameters) _query: object,
    @CurrentSession() { userId }: SessionPrincipal,
  ): Promise<void> {
    return this.secrets.remove(userId, path);
  }
}
