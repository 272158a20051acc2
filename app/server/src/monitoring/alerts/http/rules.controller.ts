import { Body, Controller, Delete, Get, Param, Put, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { NeedsRole } from '../../../common/access.ts';
import { GuardedAnswers } from '../../../common/api-docs.ts';
import { NoParameters } from '../../../common/validation.ts';
import { RuleBody, RuleList, WrittenRule } from './rules.dto.ts';
import { RulesService } from './rules.service.ts';

/** What is looked at, and from when on it is an alert. */
@ApiTags('monitoring')
@Controller('monitoring')
export class RulesController {
  constructor(private readonly rules: RulesService) {}

  @NeedsRole('operator', 'monitoring:read')
  @Get('rules')
  @ApiOperation({ operationId: 'listAlertRules', summary: 'Rules of the platform and of people' })
  @GuardedAnswers(RuleList)
  list(@Query(NoParameters) _query: object): Promise<RuleList> {
    return this.rules.list();
  }

  @NeedsRole('operator', 'monitoring:write')
  @Put('rules/:name')
  @ApiOperation({
    operationId: 'writeAlertRule',
    summary: 'Make a rule, or say all of one anew, also of one of the platform',
  })
  @GuardedAnswers(WrittenRule, { conflict: 'there are as many rules as there may be' })
  write(
    @Param('name') name: string,
    @Query(NoParameters) _query: object,
    @Body() body: RuleBody,
  ): Promise<WrittenRule> {
    return this.rules.write(name, body);
  }

  @NeedsRole('operator', 'monitoring:write')
  @Delete('rules/:name')
  @ApiOperation({
    operationId: 'removeAlertRule',
    summary: 'Remove a rule; one of the platform is then as it was built, to end it set isEnabled to false',
  })
  @GuardedAnswers(undefined, { notFound: 'no such rule of people' })
  remove(@Param('name') name: string, @Query(NoParameters) _query: object): Promise<void> {
    return this.rules.remove(name);
  }
}
