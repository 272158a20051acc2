import { Body, Controller, Delete, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { DUTIES, NeedsSession, Public } from '../common/access.ts';
import { GuardedAnswers } from '../common/api-docs.ts';
import { Budget, Unlimited } from '../common/budget.ts';
import { CurrentSession, type SessionPrincipal } from '../common/current-principal.ts';
import { UuidPipe } from '../common/uuid.pipe.ts';
import { NoParameters } from '../common/validation.ts';
import {
  LoginBody,
  PasswordChangeBody,
  RevokedCount,
  SessionList,
  SessionState,
  SetupBody,
  StepUpBody,
} from './auth.dto.ts';
import { AuthService } from './auth.service.ts';

const SessionId = new UuidPipe('id', 'the id of a session');

const UNREADABLE = 'the second factor cannot be checked: its key is lost';

/** Signing in and out, and the sessions of oneself. Every answer that gives a token puts it into the cookie only. */
@ApiTags('auth')
@Controller('auth')
export class AuthController {
  constructor(private readonly auth: AuthService) {}

  @Public()
  @Budget('session')
  @Get('session')
  @ApiOperation({
    operationId: 'getSession',
    summary: 'Who is signed in, and what the page needs to know of it',
  })
  @GuardedAnswers(SessionState)
  session(@Query(NoParameters) _query: object, @Req() request: Request): Promise<SessionState> {
    return this.auth.state(request);
  }

  @Public()
  @Budget('login')
  @Post('setup')
  @ApiOperation({
    operationId: 'setUp',
    summary: 'Make the first administrator with the bootstrap token, and sign in',
  })
  @GuardedAnswers(SessionState, { status: 201, conflict: 'the user name is taken' })
  setUp(
    @Query(NoParameters) _query: object,
    @Body() body: SetupBody,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SessionState> {
    return this.auth.setUp(body, request, response);
  }

  @Public()
  @Budget('login')
  @Post('login')
  @ApiOperation({ operationId: 'signIn', summary: 'Begin a session' })
  @GuardedAnswers(SessionState, { conflict: UNREADABLE })
  login(
    @Query(NoParameters) _query: object,
    @Body() body: LoginBody,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SessionState> {
    return this.auth.signIn(body, request, response);
  }

  // Whoever wants to end a session must be able to, however much was asked for at this address.
  @Unlimited()
  @NeedsSession('viewer', { openBefore: DUTIES })
  @Post('logout')
  @ApiOperation({ operationId: 'signOut', summary: 'End this session' })
  @GuardedAnswers(undefined)
  logout(
    @Query(NoParameters) _query: object,
    @CurrentSession() session: SessionPrincipal,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<void> {
    return this.auth.signOut(session, request, response);
  }

  @NeedsSession('viewer', { openBefore: DUTIES })
  @Budget('step-up')
  @Post('step-up')
  @ApiOperation({
    operationId: 'stepUp',
    summary: 'Give the password again: sensitive actions are possible for 10 min',
  })
  @GuardedAnswers(SessionState, { conflict: UNREADABLE })
  stepUp(
    @Query(NoParameters) _query: object,
    @CurrentSession() session: SessionPrincipal,
    @Body() body: StepUpBody,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SessionState> {
    return this.auth.stepUp(session, body, request, response);
  }

  @NeedsSession('viewer', { stepUp: true, openBefore: DUTIES })
  @Budget('step-up')
  @Post('password')
  @ApiOperation({ operationId: 'changePassword', summary: 'Change the password; all other sessions end' })
  @GuardedAnswers(SessionState)
  changePassword(
    @Query(NoParameters) _query: object,
    @CurrentSession() session: SessionPrincipal,
    @Body() body: PasswordChangeBody,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<SessionState> {
    return this.auth.changePassword(session, body, request, response);
  }

  @NeedsSession()
  @Get('sessions')
  @ApiOperation({ operationId: 'listSessions', summary: 'Where one is signed in' })
  @GuardedAnswers(SessionList)
  sessions(
    @Query(NoParameters) _query: object,
    @CurrentSession() session: SessionPrincipal,
  ): Promise<SessionList> {
    return this.auth.sessionsOf(session);
  }

  @NeedsSession()
  @Delete('sessions')
  @ApiOperation({ operationId: 'endOtherSessions', summary: 'End all sessions of oneself but this one' })
  @GuardedAnswers(RevokedCount)
  endOthers(
    @Query(NoParameters) _query: object,
    @CurrentSession() session: SessionPrincipal,
  ): Promise<RevokedCount> {
    return this.auth.endOthers(session);
  }

  @NeedsSession()
  @Delete('sessions/:id')
  @ApiOperation({ operationId: 'endSession', summary: 'End one session of oneself' })
  @GuardedAnswers(undefined, { notFound: 'no such session of yours' })
  endOne(
    @Param('id', SessionId) id: string,
    @Query(NoParameters) _query: object,
    @CurrentSession() session: SessionPrincipal,
  ): Promise<void> {
    return this.auth.endOne(session, id);
  }
}
