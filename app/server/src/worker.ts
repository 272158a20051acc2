import 'reflect-metadata';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Logger } from 'nestjs-pino';
import { WorkerModule } from './app.module.ts';
import { type Configuration, loadConfiguration } from './common/configuration/configuration.ts';
import { rememberSecretsOf } from './common/redaction/secrets-of-configuration.ts';
import { stopOnSignal } from './graceful-shutdown.ts';

/** The worker without its signals; what the tests drive. */
export async function createWorkerApplication(
  configuration: Configuration,
): Promise<INestApplicationContext> {
  rememberSecretsOf(configuration);
  const app = await NestFactory.createApplicationContext(WorkerModule.with(configuration), {
    bufferLogs: true,
    abortOnError: false,
  });
  app.useLogger(app.get(Logger));
  return app;
}

export async function runWorker(environment: NodeJS.ProcessEnv): Promise<void> {
  const configuration = loadConfiguration('worker', environment);
  stopOnSignal(await createWorkerApplication(configuration), configuration);
}
