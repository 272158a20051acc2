import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { CONFIGURATION, type Configuration } from '../common/configuration/configuration.ts';
import { type HealthReport, HealthService } from './health/health.service.ts';
import { ComponentHealth } from './health/component-health.ts';
import { healthFor } from './health/component-health.dto.ts';
import { Metrics } from './metrics/metrics.ts';
import { PlatformStatus } from './status/platform-status.ts';

const PLAIN = 'text/plain; charset=utf-8';

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/**
 * Probes and metrics on a port of their own, so that they never go through the public route and still answer while
 * the public server drains. A plain listener: it must work when everything else does not.
 */
@Injectable()
export class ManagementServer
  implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown
{
  private readonly logger = new Logger(ManagementServer.name);
  private readonly pages = new Map<string, () => Answer | Promise<Answer>>([
    ['/health', () => this.overview(503)],
    ['/health/live', () => report(this.health.live())],
    ['/health/ready', async () => report(await this.health.ready())],
    ['/health/startup', async () => report(await this.health.startup())],
    ['/metrics', async () => this.exposition()],
    ['/monitoring/health', () => this.overview(200)],
    ['/monitoring/status', () => json(200, this.status.read('full'))],
  ]);
  private readonly server: Server = createServer((request, response) => void this.handle(request, response));

  constructor(
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
    private readonly health: HealthService,
    private readonly metrics: Metrics,
    private readonly components: ComponentHealth,
    private readonly status: PlatformStatus,
  ) {}

  /** A page that not every process has; to be called before the server listens. */
  add(path: string, page: () => object): void {
    this.pages.set(path, () => json(200, page()));
  }

  async onApplicationBootstrap(): Promise<void> {
    const { host, managementPort } = this.configuration.http;
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(managementPort, host, resolve);
    });
    this.logger.log(`management server on port ${this.port}`);
  }

  /** 0: it does not listen. */
  get port(): number {
    const address = this.server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  beforeApplicationShutdown(): void {
    this.server.closeIdleConnections();
  }

  async onApplicationShutdown(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let answer: Answer;
    try {
      answer = await this.answer(request.method ?? '', request.url ?? '/');
    } catch (error) {
      this.logger.error({ err: error }, 'management request failed');
      answer = { status: 500, type: PLAIN, body: 'failed; see the log\n' };
    }
    response.writeHead(answer.status, {
      'Content-Type': answer.type,
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
    });
    response.end(request.method === 'HEAD' ? undefined : answer.body);
  }

  private async answer(method: string, target: string): Promise<Answer> {
    if (method !== 'GET' && method !== 'HEAD')
      return { status: 405, type: PLAIN, body: 'only GET and HEAD\n' };
    const path = URL.parse(target, 'http://management')?.pathname;
    // Who asks for `//` is wrong, and not this process.
    if (path === undefined) return { status: 400, type: PLAIN, body: 'the path cannot be read\n' };
    const here = this.pages.get(path);
    if (here !== undefined) return here();
    return { status: 404, type: PLAIN, body: `here are ${[...this.pages.keys()].join(', ')}\n` };
  }

  private async exposition(): Promise<Answer> {
    return { status: 200, type: this.metrics.contentType, body: await this.metrics.exposition() };
  }

  /** In full: who reaches this port is an operator, or runs one's probes. */
  private overview(statusWhenDown: number): Answer {
    const overview = this.components.overview();
    return json(overview.status === 'down' ? statusWhenDown : 200, healthFor('full', overview));
  }
}

function report({ healthy, details }: HealthReport): Answer {
  return json(healthy ? 200 : 503, details);
}

function json(status: number, body: object): Answer {
  return { status, type: 'application/json; charset=utf-8', body: `${JSON.stringify(body)}\n` };
}
