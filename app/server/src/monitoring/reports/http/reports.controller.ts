import { Body, Controller, Get, Header, Param, Post, Query, StreamableFile } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { NeedsRole } from '../../../common/access.ts';
import { GuardedAnswers, GuardedFileAnswers } from '../../../common/api-docs.ts';
import { Budget } from '../../../common/budget.ts';
import { UuidPipe } from '../../../common/uuid.pipe.ts';
import { NoParameters } from '../../../common/validation.ts';
import { ReportBody, ReportItem, ReportPage, ReportQuery, ReportsQuery } from './reports.dto.ts';
import { ReportsService } from './reports.service.ts';

/** The page is a document and no part of the application: it may load nothing, run nothing, and is of no origin. */
const PAGE_POLICY =
  "sandbox; default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** What the platform was like, day by day and week by week. */
@ApiTags('monitoring')
@Controller('monitoring')
export class ReportsController {
  constructor(private readonly reports: ReportsService) {}

  @NeedsRole('operator', 'monitoring:read')
  @Get('reports')
  @ApiOperation({ operationId: 'listOperationsReports', summary: 'Daily and weekly reports' })
  @GuardedAnswers(ReportPage)
  list(@Query() query: ReportsQuery): Promise<ReportPage> {
    return this.reports.page(query);
  }

  @NeedsRole('operator', 'monitoring:read')
  @Budget('exports')
  @Get('reports/:id')
  @Header('Cache-Control', 'no-store')
  @Header('Content-Security-Policy', PAGE_POLICY)
  @ApiOperation({
    operationId: 'getOperationsReport',
    summary: 'One report: its figures, a page or a file to print',
  })
  @GuardedFileAnswers(['application/json', 'text/html', 'application/pdf'], 'no such report')
  async read(
    @Param('id', new UuidPipe('id', 'the id of a report')) id: string,
    @Query() { format }: ReportQuery,
  ): Promise<StreamableFile> {
    const { mediaType, disposition, body } = await this.reports.file(id, format);
    return new StreamableFile(body, { type: mediaType, disposition, length: body.length });
  }

  @NeedsRole('operator', 'monitoring:write')
  @Budget('exports')
  @Post('reports')
  @ApiOperation({
    operationId: 'makeOperationsReport',
    summary:
      'The report of the last day or week that is over; made if there is none yet, and told unless it was',
  })
  @GuardedAnswers(ReportItem, { status: 200 })
  make(@Query(NoParameters) _query: object, @Body() body: ReportBody): Promise<ReportItem> {
    return this.reports.make(body);
  }
}
