import { type DynamicModule, Global, Module } from '@nestjs/common';
import { CLOCK, systemClock } from './clock.ts';
import { CONFIGURATION, type Configuration } from './configuration/configuration.ts';

/** What every feature may ask for: the configuration and the time. */
@Global()
@Module({})
export class CommonModule {
  static with(configuration: Configuration): DynamicModule {
    return {
      module: CommonModule,
      providers: [
        { provide: CONFIGURATION, useValue: configuration },
        { provide: CLOCK, useValue: systemClock },
      ],
      exports: [CONFIGURATION, CLOCK],
    };
  }
}
