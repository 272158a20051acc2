/** A program: the worker as it is shipped, with the patience that `PATIENCE` says as JSON. */
import 'reflect-metadata';
import { type DynamicModule, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Logger } from 'nestjs-pino';
import { WorkerModule } from '../../../app.module.ts';
import { loadConfiguration } from '../../../common/configuration/configuration.ts';
import { stopOnSignal } from '../../../graceful-shutdown.ts';
import { PATIENCE } from '../line/patience.ts';

@Module({})
class QuickModule {
  static with(patience: unknown): DynamicModule {
    const providers = [{ provide: PATIENCE, useValue: patience }];
    return { module: QuickModule, global: true, providers, exports: [PATIENCE] };
  }
}

const configuration = loadConfiguration('worker', process.env);
const worker = WorkerModule.with(configuration);
const quick = QuickModule.with(JSON.parse(process.env['PATIENCE'] ?? ''));
const app = await NestFactory.createApplicationContext(
  { ...worker, imports: [...(worker.imports ?? []), quick] },
  { bufferLogs: true, abortOnError: false },
);
app.useLogger(app.get(Logger));
stopOnSignal(app, configuration);
