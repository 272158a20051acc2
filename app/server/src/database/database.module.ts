import { Global, Logger, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { CONFIGURATION, type Configuration } from '../common/configuration/configuration.ts';
import { DatabaseConnector } from './connector.ts';
import { dataSourceOptions } from './data-source.ts';
import { JobQueue } from './job-queue.service.ts';
import { PeriodicQueries } from './periodic-queries.ts';
import { QueryTimes } from './query-times.ts';
import { databaseOf } from './sql.ts';

export const DATABASE = Symbol('Database');

/** Before the pools, which tell it how long statements take. */
@Module({ providers: [QueryTimes], exports: [QueryTimes] })
class QueryTimesModule {}

const connection = TypeOrmModule.forRootAsync({
  imports: [QueryTimesModule],
  inject: [CONFIGURATION, QueryTimes],
  useFactory: ({ role, database, databasePoolSize }: Configuration, times: QueryTimes) => {
    const purpose = { applicationName: `stock-analysis-${role}`, max: databasePoolSize, times };
    const logger = new Logger('Database');
    const options = dataSourceOptions(database, purpose, (message) => logger.warn(message));
    return { ...options, manualInitialization: true };
  },
});

/** One pool per process, opened by DatabaseConnector and closed by TypeOrmModule after the last request. */
@Global()
@Module({
  imports: [QueryTimesModule, connection],
  providers: [
    DatabaseConnector,
    JobQueue,
    PeriodicQueries,
    { provide: DATABASE, useFactory: databaseOf, inject: [DataSource] },
  ],
  exports: [DatabaseConnector, JobQueue, PeriodicQueries, QueryTimesModule, DATABASE],
})
export class DatabaseModule {}
