import { type DynamicModule, Global, Module } from '@nestjs/common';
import { LoggerModule, PinoLogger } from 'nestjs-pino';
import { pino } from 'pino';
import type { Configuration } from '../configuration/configuration.ts';
import { FileSink, fileOfRole } from './file-sink.ts';
import { lineOptions } from './log-lines.ts';
import { type LogDestination, ProcessLog } from './process-log.ts';

type LogSettings = Pick<Configuration, 'role' | 'logLevel' | 'logDestination' | 'logFile'>;

/** The file is the second, and cannot fail: the line is on standard output in any case. */
function both(first: LogDestination, second: LogDestination): LogDestination {
  return {
    write(line) {
      first.write(line);
      second.write(line);
    },
  };
}

/** Nest's `Logger` writes JSON lines, and `ProcessLog` is there for who wants more than to write one. */
@Global()
@Module({})
export class LoggingModule {
  static with({ role, logLevel, logDestination, logFile }: LogSettings): DynamicModule {
    const output = logDestination ?? pino.destination(1);
    const destination =
      logFile === undefined ? output : both(output, new FileSink(fileOfRole(logFile.path, role), logFile));
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
