import { type DynamicModule, Global, Logger, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource, type MixedList } from 'typeorm';
import { CONFIGURATION, type Configuration } from '../common/configuration/configuration.ts';
import { DatabaseConnector } from './connector.ts';
import { dataSourceOptions } from './data-source.ts';
import { JobQueue } from './job-queue.service.ts';
import { databaseOf } from './sql.ts';

export const DATABASE = Symbol('Database');

/** One pool per process, opened by DatabaseConnector and closed by TypeOrmModule after the last request. */
@Global()
@Module({})
export class DatabaseModule {
  static with(entities: MixedList<new () => object>): DynamicModule {
    const logger = new Logger('Database');
    return {
      module: DatabaseModule,
      imports: [
        TypeOrmModule.forRootAsync({
          inject: [CONFIGURATION],
          useFactory: (configuration: Configuration) => {
            const purpose = {
              applicationName: `stock-analysis-${configuration.role}`,
              max: configuration.databasePoolSize,
            };
            const options = dataSourceOptions(configuration.database, purpose, (message) =>
              logger.warn(message),
            );
            return { ...options, entities, manualInitialization: true };
          },
        }),
      ],
      providers: [
        DatabaseConnector,
        JobQueue,
        { provide: DATABASE, useFactory: databaseOf, inject: [DataSource] },
      ],
      exports: [DatabaseConnector, JobQueue, DATABASE],
    };
  }
}
