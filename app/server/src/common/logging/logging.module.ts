import { type DynamicModule, Global, Module } from '@nestjs/common';
import { LoggerModule, PinoLogger } from 'nestjs-pino';
import { pino } from 'pino';
import type { Configuration } from '../configuration/configuration.ts';
import { lineOptions } from './log-lines.ts';
import { ProcessLog } from './process-log.ts';

/** Nest's `Logger` writes JSON lines, and `ProcessLog` is there for who wants more than to write one. */
@Global()
@Module({})
export class LoggingModule {
  static with({ role, logLevel, logDestination }: Configuration): DynamicModule {
    const destination = logDestination ?? pino.destination(1);
    const lines = LoggerModule.forRoot({
      pinoHttp: [lineOptions(role, logLevel), destination],
      // What a line belongs to is read from the scope (`tracing/scope.ts`), which jobs have as well.
      forRoutes: [],
    });
    return {
      module: LoggingModule,
      imports: [lines],
      providers: [
        {
          provide: ProcessLog,
          useFactory: ({ logger }: PinoLogger) => new ProcessLog(role, logLevel, logger, destination),
          inject: [PinoLogger],
        },
      ],
      exports: [ProcessLog],
    };
  }
}
