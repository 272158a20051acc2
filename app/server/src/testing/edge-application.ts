import { Body, Controller, Get, Logger, Module, Post, Query } from '@nestjs/common';
import { APP_GUARD, NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { IsString } from 'class-validator';
import { NeedsSession, Reading } from '../common/access.ts';
import { CONFIGURATION } from '../common/configuration/configuration.ts';
import { type SecurityConfiguration, security } from '../common/configuration/security-schema.ts';
import { BodyGuard, BodyLimit } from '../common/http/body.guard.ts';
import { configureHttp } from '../common/http/configure-http.ts';
import type { Middleware } from '../common/http/middleware.ts';
import { answerTheRest } from '../common/problem.filter.ts';
import { Optional } from '../common/optional.ts';

export const EDGE: SecurityConfiguration = security.parse({ bodyLimitBytes: 2_048 });

class Sent {
  @Optional()
  @IsString()
  text?: string;
}

@Controller('api')
class Routes {
  @Post('send')
  send(@Body() body: Sent): object {
    return { length: body.text?.length ?? null };
  }

  @BodyLimit(64)
  @Post('small')
  small(@Body() body: Sent): object {
    return { length: body.text?.length };
  }

  @BodyLimit(100_000)
  @Post('large')
  large(@Body() body: Sent): object {
    return { length: body.text?.length };
  }

  @Reading()
  @Get('market')
  market(@Query() query: object): object {
    return query;
  }

  @NeedsSession()
  @Get('mine')
  mine(): object {
    return {};
  }
}

@Module({
  controllers: [Routes],
  providers: [
    { provide: CONFIGURATION, useValue: { security: EDGE } },
    { provide: APP_GUARD, useClass: BodyGuard },
  ],
})
class EdgeModule {}

export interface EdgeApplication {
  readonly app: NestExpressApplication;
  readonly port: number;
}

/** What stands before the routes, with few routes, without a database and without guards that know anybody. */
export async function createEdgeApplication(
  settings: SecurityConfiguration = EDGE,
  log: Middleware = (_request, _response, next) => next(),
): Promise<EdgeApplication> {
  Logger.overrideLogger(false);
  const app = await NestFactory.create<NestExpressApplication>(EdgeModule, {
    logger: false,
    bodyParser: false,
  });
  configureHttp(app, settings, log);
  await app.init();
  answerTheRest(app);
  await app.listen(0, '127.0.0.1');
  return { app, port: Number(new URL(await app.getUrl()).port) };
}
