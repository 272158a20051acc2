import { Module } from '@nestjs/common';
import { AuditModule } from '../../audit/audit.module.ts';
import { MonitoringModule } from '../monitoring.module.ts';
import { AlertTiming } from './alert-timing.ts';
import { EngineWatch } from './engine-watch.ts';
import { AlertsController } from './http/alerts.controller.ts';
import { AlertsService } from './http/alerts.service.ts';
import { RulesController } from './http/rules.controller.ts';
import { RulesService } from './http/rules.service.ts';
import { SilencesController } from './http/silences.controller.ts';
import { SilencesService } from './http/silences.service.ts';
import { RuleSet } from './rules/rule-set.ts';

/** What people see and say of alerts. */
@Module({
  imports: [MonitoringModule, AuditModule],
  controllers: [AlertsController, RulesController, SilencesController],
  providers: [AlertTiming, EngineWatch, RuleSet, AlertsService, RulesService, SilencesService],
})
export class AlertsModule {}
