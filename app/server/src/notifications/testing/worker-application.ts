import { type INestApplicationContext, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CommonModule } from '../../common/common.module.ts';
import type { Configuration } from '../../common/configuration/configuration.ts';
import { monitoring, type MonitoringConfiguration } from '../../common/configuration/monitoring-schema.ts';
import type { Severity } from '../../common/severity.ts';
import { LoggingModule } from '../../common/logging/logging.module.ts';
import { DatabaseModule } from '../../database/database.module.ts';
import { JobQueue } from '../../database/job-queue.service.ts';
import { NotificationsWorkerModule } from '../notifications.module.ts';

/** What a test says of monitoring; everything else is as nobody configured it. */
export interface Wanted {
  readonly emailPort?: number;
  readonly webhookPort?: number;
  readonly groupSeconds?: number;
  readonly perTenMinutes?: number;
  /** Of the webhook. */
  readonly minSeverity?: Severity;
}

export const WEBHOOK_PATH = '/hooks/of-the-tests';

export function monitoringOf({
  emailPort,
  webhookPort,
  groupSeconds = 0,
  perTenMinutes = 1_000,
  minSeverity,
}: Wanted): {
  monitoring: MonitoringConfiguration;
  notificationSecrets: Configuration['notificationSecrets'];
} {
  const email = {
    host: '127.0.0.1',
    port: emailPort,
    security: 'None',
    from: 'stock@example.com',
    to: ['ops@example.com'],
  };
  return {
    monitoring: monitoring.parse({
      alerts: { groupSeconds },
      notifications: {
        perTenMinutes,
        ...(emailPort === undefined ? {} : { email }),
        ...(webhookPort === undefined ? {} : { webhook: { minSeverity } }),
      },
    }),
    notificationSecrets: {
      smtp: { login: undefined, ca: undefined },
      webhook:
        webhookPort === undefined
          ? undefined
          : {
              url: `http://127.0.0.1:${webhookPort}${WEBHOOK_PATH}`,
              secret: 'shared-by-both-of-the-tests',
            },
    },
  };
}

@Module({})
class NotificationsOnly {}

/** A worker that only sends notifications, on the modules of the real one. */
export async function startWorker(configuration: Configuration): Promise<INestApplicationContext> {
  const app = await NestFactory.createApplicationContext(
    {
      module: NotificationsOnly,
      imports: [
        LoggingModule.with(configuration),
        CommonModule.with(configuration),
        DatabaseModule,
        NotificationsWorkerModule,
      ],
    },
    { logger: false, abortOnError: false },
  );
  await app.get(JobQueue).whenStarted();
  return app;
}
