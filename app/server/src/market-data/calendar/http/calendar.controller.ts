import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Reading } from '../../../common/access.ts';
import { Answers } from '../../../common/api-docs.ts';
import type { Versioned } from '../../../common/conditional/versioned.ts';
import { Calendar, CalendarQuery } from './calendar.dto.ts';
import { CalendarService } from './calendar.service.ts';

@ApiTags('market data')
@Reading()
@Controller('calendar')
export class CalendarController {
  constructor(private readonly calendar: CalendarService) {}

  @Get()
  @ApiOperation({ operationId: 'getCalendar', summary: 'Trading days, and where the market stands now' })
  @Answers(Calendar)
  find(@Query() query: CalendarQuery): Promise<Versioned<Calendar>> {
    return this.calendar.find(query);
  }
}
