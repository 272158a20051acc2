import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { CLOCK, type Clock } from '../../common/clock.ts';
import { CONFIGURATION, type Configuration } from '../../common/configuration/configuration.ts';
import { DatabaseConnector } from '../../database/connector.ts';
import { DATABASE } from '../../database/database.module.ts';
import type { Database } from '../../database/sql.ts';
import { DatabaseVolume } from '../system/database-volume.ts';
import { SystemMonitor } from '../system/system-monitor.ts';
import type { CachedCheck } from './cached-check.ts';
import { ApiCheck } from './checks/api-check.ts';
import { CertificatesCheck, type NamedCertificate } from './checks/certificates-check.ts';
import { DatabaseCheck } from './checks/database-check.ts';
import { DatabaseVolumeCheck } from './checks/database-volume-check.ts';
import { DiskCheck } from './checks/disk-check.ts';
import { EventLoopCheck } from './checks/event-loop-check.ts';
import { JobQueueCheck } from './checks/job-queue-check.ts';
import { MemoryCheck } from './checks/memory-check.ts';
import { SchemaCheck } from './checks/schema-check.ts';
import { HealthChecks } from './health-checks.ts';

/** Authorities that somebody gave to this process: of those of the system the system takes care. */
export function certificatesOf({
  database,
  notificationSecrets,
}: Pick<Configuration, 'database' | 'notificationSecrets'>): NamedCertificate[] {
  const ca = 'ssl' in database ? database.ssl?.ca : undefined;
  const smtp = notificationSecrets?.smtp.ca;
  return [
    ...(ca === undefined ? [] : [{ name: 'ca.crt of the database', pem: ca }]),
    ...(smtp === undefined ? [] : [{ name: 'smtp-ca.crt of the mail server', pem: smtp }]),
  ];
}

/** The checks of what every process stands on; those of features are registered by the features. */
@Injectable()
export class PlatformChecks implements OnModuleInit, OnModuleDestroy {
  readonly database: CachedCheck;
  readonly schema: CachedCheck;
  private readonly eventLoop: EventLoopCheck;
  private readonly certificates: NamedCertificate[];

  constructor(
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
    @Inject(DATABASE) private readonly sql: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly connector: DatabaseConnector,
    private readonly checks: HealthChecks,
    private readonly system: SystemMonitor,
    private readonly volume: DatabaseVolume,
    private readonly http: HttpAdapterHost,
  ) {
    this.eventLoop = new EventLoopCheck(configuration.monitoring.slow.eventLoopMilliseconds);
    this.database = checks.register(new DatabaseCheck(sql, connector));
    this.schema = checks.register(new SchemaCheck(connector));
    this.certificates = certificatesOf(configuration);
  }

  onModuleInit(): void {
    const { checks, system } = this;
    if (this.configuration.role === 'server')
      checks.register(new ApiCheck(() => this.http.httpAdapter.getHttpServer()));
    const { jobSeconds } = this.configuration.monitoring.slow;
    checks.register(new JobQueueCheck(this.sql, this.connector, jobSeconds));
    checks.register(new DiskCheck(() => system.refreshFilesystems()));
    // It is one for all, and one kind of process tells of it.
    if (this.configuration.role === 'worker') checks.register(new DatabaseVolumeCheck(this.volume));
    checks.register(
      new MemoryCheck(
        () => system.cgroup().memory,
        () => system.residentBytes(),
      ),
    );
    checks.register(this.eventLoop);
    if (this.certificates.length > 0)
      checks.register(new CertificatesCheck(() => this.certificates, this.clock));
    // What waited for the database is looked at as soon as it is there, not an interval later.
    void this.connector.whenReady().then(() => Promise.all([this.database.run(), this.schema.run()]));
  }

  onModuleDestroy(): void {
    this.eventLoop.stop();
  }
}
