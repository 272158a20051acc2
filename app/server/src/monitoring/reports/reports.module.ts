import { Module, type Provider } from '@nestjs/common';
import { AuditModule } from '../../audit/audit.module.ts';
import { NotificationsModule, NotificationsWorkerModule } from '../../notifications/notifications.module.ts';
import { MonitoringModule } from '../monitoring.module.ts';
import { ReportFacts } from './facts/report-facts.ts';
import { ReportsController } from './http/reports.controller.ts';
import { ReportsService } from './http/reports.service.ts';
import { PresenceKeeper } from './presence/presence-keeper.ts';
import { ReportMaker } from './report-maker.ts';
import { ReportSchedule } from './report-schedule.ts';
import { ReportSectionsModule } from './report-sections.module.ts';

const making: Provider[] = [PresenceKeeper, ReportFacts, ReportMaker];

/** What people read and order. */
@Module({
  imports: [MonitoringModule, AuditModule, NotificationsModule, ReportSectionsModule],
  controllers: [ReportsController],
  providers: [...making, ReportsService],
})
export class ReportsModule {}

/** What is made when the schedules say so. */
@Module({
  imports: [MonitoringModule, NotificationsWorkerModule, ReportSectionsModule],
  providers: [...making, ReportSchedule],
})
export class ReportsWorkerModule {}
