import { type DynamicModule, Global, Module } from '@nestjs/common';
import { CLOCK, STOPWATCH, systemClock, systemStopwatch } from './clock.ts';
import { CONFIGURATION, type Configuration } from './configuration/configuration.ts';

/** What every feature may ask for: the configuration, the time and a stopwatch. */
@Global()
@Module({})
export class CommonModule {
  static with(configuration: Configuration): DynamicModule {
    return {
      module: CommonModule,
      providers: [
        { provide: CONFIGURATION, useValue: configuration },
        { provide: CLOCK, useValue: systemClock },
        { provide: STOPWATCH, useValue: systemStopwatch },
      ],
      exports: [CONFIGURATION, CLOCK, STOPWATCH],
    };
  }
}
