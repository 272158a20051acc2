import { Module } from '@nestjs/common';
import { ErrorSection } from './facts/error-section.ts';
import { ReportSections } from './sections.ts';

/** Where features add their parts of reports, in server and worker alike. */
@Module({ providers: [ReportSections, ErrorSection], exports: [ReportSections] })
export class ReportSectionsModule {}
