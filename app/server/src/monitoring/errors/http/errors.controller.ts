import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { NeedsRole } from '../../../common/access.ts';
import { GuardedAnswers } from '../../../common/api-docs.ts';
import { UuidPipe } from '../../../common/uuid.pipe.ts';
import { NoParameters } from '../../../common/validation.ts';
import { DecisionBody, ErrorPage, ErrorsQuery, TrackedErrorDetails } from './errors.dto.ts';
import { ErrorsService } from './errors.service.ts';

const ErrorId = new UuidPipe('id', 'the id of an error');
const ANSWERS = { notFound: 'no such error', conflict: 'it is so already' };

/** What went wrong, by what is wrong. */
@ApiTags('monitoring')
@Controller('monitoring')
export class ErrorsController {
  constructor(private readonly errors: ErrorsService) {}

  @NeedsRole('operator', 'monitoring:read')
  @Get('errors')
  @ApiOperation({ operationId: 'listErrors', summary: 'Errors of all processes, by what is wrong' })
  @GuardedAnswers(ErrorPage)
  list(@Query() query: ErrorsQuery): Promise<ErrorPage> {
    return this.errors.page(query);
  }

  @NeedsRole('operator', 'monitoring:read')
  @Get('errors/:id')
  @ApiOperation({ operationId: 'getError', summary: 'One error with its stack and when it happened' })
  @GuardedAnswers(TrackedErrorDetails, { notFound: ANSWERS.notFound })
  find(@Param('id', ErrorId) id: string, @Query(NoParameters) _query: object): Promise<TrackedErrorDetails> {
    return this.errors.find(id);
  }

  @NeedsRole('operator', 'monitoring:write')
  @Post('errors/:id/resolve')
  @ApiOperation({
    operationId: 'resolveError',
    summary: 'Say that it is mended: if it comes again, it is open again',
  })
  @GuardedAnswers(TrackedErrorDetails, ANSWERS)
  resolve(
    @Param('id', ErrorId) id: string,
    @Query(NoParameters) _query: object,
    @Body() { reason }: DecisionBody,
  ): Promise<TrackedErrorDetails> {
    return this.errors.decide(id, 'resolve', reason);
  }

  @NeedsRole('operator', 'monitoring:write')
  @Post('errors/:id/ignore')
  @ApiOperation({
    operationId: 'ignoreError',
    summary: 'Say that nothing is to be done about it, also if it comes again',
  })
  @GuardedAnswers(TrackedErrorDetails, ANSWERS)
  ignore(
    @Param('id', ErrorId) id: string,
    @Query(NoParameters) _query: object,
    @Body() { reason }: DecisionBody,
  ): Promise<TrackedErrorDetails> {
    return this.errors.decide(id, 'ignore', reason);
  }

  @NeedsRole('operator', 'monitoring:write')
  @Post('errors/:id/reopen')
  @ApiOperation({ operationId: 'reopenError', summary: 'Take back that it is mended or to be ignored' })
  @GuardedAnswers(TrackedErrorDetails, ANSWERS)
  reopen(
    @Param('id', ErrorId) id: string,
    @Query(NoParameters) _query: object,
    @Body() { reason }: DecisionBody,
  ): Promise<TrackedErrorDetails> {
    return this.errors.decide(id, 'reopen', reason);
  }
}
