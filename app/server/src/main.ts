import 'reflect-metadata';
import { setFlagsFromString } from 'node:v8';
import { Logger as NestLogger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Logger } from 'nestjs-pino';
import { ServerModule } from './app.module.ts';
import { type Configuration, loadConfiguration } from './common/configuration/configuration.ts';
import { configureHttp } from './common/http/configure-http.ts';
import { doubtsAbout } from './common/configuration/security-doubts.ts';
import { ProcessLog } from './common/logging/process-log.ts';
import { answerTheRest } from './common/problem.filter.ts';
import { rememberSecretsOf } from './common/redaction/secrets-of-configuration.ts';
import { stopOnSignal } from './graceful-shutdown.ts';
import { httpMetrics } from './monitoring/metrics/http-metrics.ts';
import { Metrics } from './monitoring/metrics/metrics.ts';
import { PerformanceLog } from './monitoring/performance/performance-log.ts';
import { describeApi } from './open-api.ts';
import { serveWebPage } from './web-page.ts';

/** Names that others gave: those of probes, and the ones by which operators ask how the platform does. */
const OUTSIDE_OF_THE_API = ['health/live', 'health/ready', 'monitoring/{*path}'];

/**
 * All memory is collected when it has grown by so much, in percent, or half-way to its limit; V8 begins at 40. A full
 * collection holds up every request for 50 ms and more (docs/decisions/2026-11-26-reading-a-series.md).
 */
const HEAP_GROWTH = 200;

/** The server without its public listener and signals; what the tests drive. */
export async function createServerApplication(configuration: Configuration): Promise<NestExpressApplication> {
  rememberSecretsOf(configuration);
  const app = await NestFactory.create<NestExpressApplication>(ServerModule.with(configuration), {
    bodyParser: false,
    bufferLogs: true,
    abortOnError: false,
    routeConflictPolicy: { duplicate: 'error', shadow: 'error' },
  });
  app.useLogger(app.get(Logger));
  app.setGlobalPrefix('api/v1', { exclude: OUTSIDE_OF_THE_API });
  const metrics = app.get(Metrics);
  const http = httpMetrics(metrics, app.get(PerformanceLog).request);
  app.use(http.middleware);
  const untrusted = metrics.counter(
    'untrusted_forwards_total',
    'Requests with X-Forwarded-* from an address that security.trustedProxies does not list',
    {},
  );
  configureHttp(app, configuration.security, app.get(ProcessLog).requests, () => untrusted.inc({}));
  http.expect(describeApi(app));
  await app.init();
  // After the routes: looking for a file costs a system call, and no question to the API is one.
  serveWebPage(app, configuration.webRoot);
  answerTheRest(app);
  return app;
}

export async function runServer(environment: NodeJS.ProcessEnv): Promise<void> {
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWTH}`);
  const configuration = loadConfiguration('server', environment);
  const app = await createServerApplication(configuration);
  const logger = new NestLogger('Server');
  for (const warning of doubtsAbout(configuration.security)) logger.warn(warning);
  stopOnSignal(app, configuration, app.getHttpServer());
  await app.listen(configuration.http.port, configuration.http.host);
  logger.log(`listening on ${await app.getUrl()}`);
}
