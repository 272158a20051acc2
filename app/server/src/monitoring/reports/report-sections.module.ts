import { Module } from '@nestjs/common';
import { ReportSections } from './sections.ts';

/** Where features add their parts of reports, in server and worker alike. */
@Module({ providers: [ReportSections], exports: [ReportSections] })
export class ReportSectionsModule {}
