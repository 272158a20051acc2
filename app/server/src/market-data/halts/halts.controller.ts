import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Reading } from '../../common/access.ts';
import { Answers } from '../../common/api-docs.ts';
import { HaltList, HaltsQuery } from './halts.dto.ts';
import { HaltsService } from './halts.service.ts';

@ApiTags('market data')
@Reading()
@Controller('halts')
export class HaltsController {
  constructor(private readonly halts: HaltsService) {}

  @Get()
  @ApiOperation({ operationId: 'listHalts', summary: 'Shares that were halted on a day' })
  @Answers(HaltList)
  list(@Query() query: HaltsQuery): Promise<HaltList> {
    return this.halts.list(query);
  }
}
