import { Controller, Get, Header, Logger, Query, StreamableFile } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { NeedsRole } from '../common/access.ts';
import { Budget } from '../common/budget.ts';
import { GuardedAnswers, GuardedFileAnswers } from '../common/api-docs.ts';
import { AuditExportQuery, AuditPage, AuditQuery } from './audit.dto.ts';
import { AuditService } from './audit.service.ts';

@ApiTags('audit')
@NeedsRole('admin', 'audit:read')
@Controller('audit')
export class AuditController {
  private readonly logger = new Logger(AuditController.name);

  constructor(private readonly audit: AuditService) {}

  @Get()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ operationId: 'listAuditRecords', summary: 'Who did what, from where, and what changed' })
  @GuardedAnswers(AuditPage)
  list(@Query() query: AuditQuery): Promise<AuditPage> {
    return this.audit.page(query);
  }

  @Budget('exports')
  @Get('export')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ operationId: 'exportAuditRecords', summary: 'All records of a time as a file' })
  @GuardedFileAnswers(['application/x-ndjson', 'text/csv'])
  async export(@Query() query: AuditExportQuery): Promise<StreamableFile> {
    const { name, contentType, stream } = await this.audit.export(query);
    const file = new StreamableFile(stream, {
      type: contentType,
      disposition: `attachment; filename="${name}"`,
    });
    // A file that ends early must not look whole, and a failure of ours is no bad request.
    return file.setErrorHandler((error, response) => {
      this.logger.error({ err: error }, `the export ${name} ended early`);
      response.destroy?.();
    });
  }
}
