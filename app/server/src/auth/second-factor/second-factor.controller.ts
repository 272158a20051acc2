import { Body, Controller, Delete, Get, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { NeedsSession } from '../../common/access.ts';
import { GuardedAnswers } from '../../common/api-docs.ts';
import { CurrentSession, type SessionPrincipal } from '../../common/current-principal.ts';
import { NoParameters } from '../../common/validation.ts';
import { CodeBody, EnrolmentAnswer, RecoveryCodes, SecondFactorState } from '../auth.dto.ts';
import { SecondFactor } from './second-factor.service.ts';

/** The second factor of oneself. */
@ApiTags('auth')
@Controller('auth/second-factor')
export class SecondFactorController {
  constructor(private readonly secondFactor: SecondFactor) {}

  @NeedsSession()
  @Get()
  @ApiOperation({
    operationId: 'getSecondFactor',
    summary: 'Whether there is one, and how many recovery codes are left',
  })
  @GuardedAnswers(SecondFactorState)
  state(
    @Query(NoParameters) _query: object,
    @CurrentSession() { userId }: SessionPrincipal,
  ): Promise<SecondFactorState> {
    return this.secondFactor.state(userId);
  }

  @NeedsSession('viewer', { stepUp: true, openBefore: ['second-factor'] })
  @Post()
  @ApiOperation({
    operationId: 'enrolSecondFactor',
    summary: 'A new secret for an authenticator; counts once confirmed',
  })
  @GuardedAnswers(EnrolmentAnswer, { status: 201, conflict: 'there is a second factor already' })
  enrol(
    @Query(NoParameters) _query: object,
    @CurrentSession() { userId }: SessionPrincipal,
  ): Promise<EnrolmentAnswer> {
    return this.secondFactor.enrol(userId);
  }

  @NeedsSession('viewer', { stepUp: true, openBefore: ['second-factor'] })
  @Post('confirm')
  @ApiOperation({
    operationId: 'confirmSecondFactor',
    summary: 'Switch the second factor on by a first code',
  })
  @GuardedAnswers(RecoveryCodes, { conflict: 'there is nothing to confirm' })
  async confirm(
    @Query(NoParameters) _query: object,
    @CurrentSession() { userId, sessionId }: SessionPrincipal,
    @Body() { code }: CodeBody,
  ): Promise<RecoveryCodes> {
    return { recoveryCodes: await this.secondFactor.confirm(userId, sessionId, code) };
  }

  @NeedsSession('viewer', { stepUp: true })
  @Post('recovery-codes')
  @ApiOperation({ operationId: 'renewRecoveryCodes', summary: 'New recovery codes in place of all before' })
  @GuardedAnswers(RecoveryCodes, { conflict: 'there is no second factor' })
  async renew(
    @Query(NoParameters) _query: object,
    @CurrentSession() { userId }: SessionPrincipal,
  ): Promise<RecoveryCodes> {
    return { recoveryCodes: await this.secondFactor.renewRecoveryCodes(userId) };
  }

  @NeedsSession('viewer', { stepUp: true })
  @Delete()
  @ApiOperation({ operationId: 'removeSecondFactor', summary: 'Switch the second factor off' })
  @GuardedAnswers(undefined)
  remove(@Query(NoParameters) _query: object, @CurrentSession() { userId }: SessionPrincipal): Promise<void> {
    return this.secondFactor.remove(userId);
  }
}
