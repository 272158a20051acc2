import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { isAtLeast, NeedsSession, SCOPE_ROLES } from '../common/access.ts';
import { InvalidParameterError } from '../common/errors.ts';
import { GuardedAnswers } from '../common/api-docs.ts';
import { CurrentSession, type SessionPrincipal } from '../common/current-principal.ts';
import { UuidPipe } from '../common/uuid.pipe.ts';
import { NoParameters } from '../common/validation.ts';
import { ApiKeyBody, ApiKeyList, NewApiKeyAnswer, RotationBody } from './api-keys.dto.ts';
import { ApiKeys } from './api-keys.service.ts';

const KeyId = new UuidPipe('id', 'the id of an API key');
const NOT_YOURS = 'no such key of yours';

/** The keys of oneself; a key makes no keys. */
@ApiTags('api-keys')
@Controller('api-keys')
export class ApiKeysController {
  constructor(private readonly apiKeys: ApiKeys) {}

  @NeedsSession()
  @Get()
  @ApiOperation({ operationId: 'listApiKeys', summary: 'Keys of oneself, without their secrets' })
  @GuardedAnswers(ApiKeyList)
  async list(
    @Query(NoParameters) _query: object,
    @CurrentSession() { userId }: SessionPrincipal,
  ): Promise<ApiKeyList> {
    return { apiKeys: await this.apiKeys.list(userId) };
  }

  @NeedsSession('viewer', { stepUp: true })
  @Post()
  @ApiOperation({ operationId: 'createApiKey', summary: 'A key for a program' })
  @GuardedAnswers(NewApiKeyAnswer, { status: 201, conflict: 'there are as many keys as one may have' })
  create(
    @Query(NoParameters) _query: object,
    @CurrentSession() { userId, role }: SessionPrincipal,
    @Body() body: ApiKeyBody,
  ): Promise<NewApiKeyAnswer> {
    // A key for what one may not do would begin to open it with another role, and nobody would think of it.
    const beyond = body.scopes.find((scope) => !isAtLeast(role, SCOPE_ROLES[scope]));
    if (beyond !== undefined)
      throw new InvalidParameterError(
        'scopes',
        `${beyond} needs the role ${SCOPE_ROLES[beyond]}; yours is ${role}`,
      );
    return this.apiKeys.create(userId, body);
  }

  @NeedsSession('viewer', { stepUp: true })
  @Post(':id/rotate')
  @ApiOperation({
    operationId: 'rotateApiKey',
    summary: 'A new secret; the one until now goes on for a while',
  })
  @GuardedAnswers(NewApiKeyAnswer, { notFound: NOT_YOURS })
  rotate(
    @Param('id', KeyId) id: string,
    @Query(NoParameters) _query: object,
    @CurrentSession() { userId }: SessionPrincipal,
    @Body() { overlapHours }: RotationBody,
  ): Promise<NewApiKeyAnswer> {
    return this.apiKeys.rotate(userId, id, overlapHours);
  }

  @NeedsSession()
  @Delete(':id')
  @ApiOperation({ operationId: 'revokeApiKey', summary: 'End a key at once' })
  @GuardedAnswers(undefined, { notFound: NOT_YOURS })
  revoke(
    @Param('id', KeyId) id: string,
    @Query(NoParameters) _query: object,
    @CurrentSession() { userId }: SessionPrincipal,
  ): Promise<void> {
    return this.apiKeys.revoke(userId, id);
  }
}
