import { Body, Controller, Delete, Get, HttpCode, Param, Put, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { NeedsSession } from '../common/access.ts';
import { Answers, NoContentAnswers, StoredAnswers } from '../common/api-docs.ts';
import { UnauthorizedError } from '../common/errors.ts';
import { currentRequest } from '../common/request-context.ts';
import { NoParameters } from '../common/validation.ts';
import { SecretBody, SecretPath, UserSecret, UserSecretList } from './user-secrets.dto.ts';
import { UserSecrets } from './user-secrets.service.ts';

/** Whose secrets these are, is said by who asks and by nothing in the request. */
function currentUser(): string {
  const principal = currentRequest()?.principal;
  if (principal === undefined) throw new UnauthorizedError('sign in first');
  return principal.userId;
}

@ApiTags('users')
@Controller('users/me/secrets')
export class UserSecretsController {
  constructor(private readonly secrets: UserSecrets) {}

  @NeedsSession('viewer')
  @Get()
  @ApiOperation({
    operationId: 'listOwnSecrets',
    summary: 'Keys and passwords that you handed over: what there is and when it was used, never the values',
  })
  @Answers(UserSecretList)
  async list(@Query(NoParameters) _query: object): Promise<UserSecretList> {
    return { items: await this.secrets.list(currentUser()) };
  }

  @NeedsSession('viewer', { stepUp: true })
  @Put(':kind/:name')
  @ApiOperation({
    operationId: 'putOwnSecret',
    summary: 'Store a key or password, in place of the one before',
  })
  @StoredAnswers(UserSecret, { conflict: 'there are as many secrets as one may have' })
  put(
    @Param() path: SecretPath,
    @Query(NoParameters) _query: object,
    @Body() body: SecretBody,
  ): Promise<UserSecret> {
    return this.secrets.put(currentUser(), path, body.value);
  }

  @NeedsSession('viewer', { stepUp: true })
  @Delete(':kind/:name')
  @HttpCode(204)
  @ApiOperation({ operationId: 'deleteOwnSecret', summary: 'Forget a key or password' })
  @NoContentAnswers({ notFound: 'no such secret' })
  remove(@Param() path: SecretPath, @Query(NoParameters) _query: object): Promise<void> {
    return this.secrets.remove(currentUser(), path);
  }
}
