import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CONFIGURATION, type Configuration } from '../../common/configuration/configuration.ts';
import { DatabaseConnector } from '../../database/connector.ts';
import { EXPECTED_SCHEMA_VERSION } from '../../database/migrations/index.ts';
import { poolStateOf } from '../../database/pool-state.ts';
import type { Detail } from '../detail.ts';
import { ComponentHealth } from '../health/component-health.ts';
import { healthFor } from '../health/component-health.dto.ts';
import { ShutdownState } from '../health/shutdown-state.ts';
import { processName, startedAt } from '../process-identity.ts';
import { SystemMonitor } from '../system/system-monitor.ts';
import type { PlatformStatusDto, ProcessDto } from './status.dto.ts';
import { StatusSections } from './status-sections.ts';

/** The whole state, from memory: it is asked for when the database is away. */
@Injectable()
export class PlatformStatus {
  constructor(
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
    private readonly health: ComponentHealth,
    private readonly shutdown: ShutdownState,
    private readonly sections: StatusSections,
    system: SystemMonitor,
    connector: DatabaseConnector,
    @Inject(DataSource) dataSource: DataSource,
  ) {
    sections.register('system', () => ({
      ...system.cgroup(),
      network: system.network(),
      filesystems: system.filesystems(),
    }));
    sections.register('database', () => ({
      isReady: connector.isReady,
      waitingFor: connector.obstacle,
      connections: poolStateOf(dataSource),
    }));
  }

  read(detail: Detail): PlatformStatusDto {
    const overview = this.health.overview();
    const { status, components } = overview;
    if (detail === 'words') return { status };
    const words = Object.fromEntries(components.map(({ name, status: word }) => [name, word]));
    if (detail === 'components') return { status, components: words };
    return {
      status,
      components: words,
      process: this.process(),
      health: healthFor('full', overview),
      sections: this.sections.read(),
    };
  }

  private process(): ProcessDto {
    const { role } = this.configuration;
    return {
      name: processName(role),
      role,
      startedAt: startedAt.toISOString(),
      uptimeSeconds: Math.round(process.uptime()),
      node: process.versions.node,
      schemaVersion: EXPECTED_SCHEMA_VERSION,
      shuttingDown: this.shutdown.isShuttingDown,
    };
  }
}
