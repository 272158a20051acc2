import { Controller, Get, Header, Injectable, Query } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { ApiOperation, ApiTags, DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { Reading } from './common/access.ts';
import { DocumentAnswers } from './common/api-docs.ts';
import { Versioned } from './common/conditional/versioned.ts';
import { allowedMethods } from './common/http/allowed-methods.ts';
import { Problem } from './common/problem.ts';
import { NoParameters } from './common/validation.ts';
import { WorksWithoutDatabase } from './database/database.guard.ts';
import type { Operation } from './monitoring/metrics/http-metrics.ts';

function createOpenApiDocument(app: NestExpressApplication): OpenAPIObject {
  const description = new DocumentBuilder()
    .setTitle('Stock Analysis API')
    .setDescription(
      'Bars, indicators and rule-based analysis of A-shares. Errors are application/problem+json.',
    )
    .setVersion('1')
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'stk_…', description: 'an API key' })
    .addCookieAuth('__Host-stock-analysis', {
      type: 'apiKey',
      in: 'cookie',
      name: '__Host-stock-analysis',
      description: 'a session; over plain HTTP the cookie is `stock-analysis`',
    })
    .build();
  return SwaggerModule.createDocument(app, description, { extraModels: [Problem] });
}

/** Text of the document; made once, for it does not change while the process runs. */
@Injectable()
export class OpenApiText {
  value = '';
}

/** Who may read market data may read how; where an administrator closed reading, what there is is closed with it. */
@ApiTags('documentation')
@Reading()
@WorksWithoutDatabase()
@Controller('openapi.json')
export class OpenApiController {
  constructor(private readonly text: OpenApiText) {}

  @Get()
  @Header('Content-Type', 'application/json; charset=utf-8')
  @ApiOperation({ operationId: 'getOpenApi', summary: 'This document' })
  @DocumentAnswers()
  read(@Query(NoParameters) _query: object): Versioned<string> {
    return new Versioned('document', () => this.text.value);
  }
}

/**
 * Makes the document. It also is the list of what there is, by which other methods are refused; so it has to come before
 * the routes.
 * @returns every operation of the API
 */
export function describeApi(app: NestExpressApplication): Operation[] {
  const described = createOpenApiDocument(app);
  const { paths } = described;
  app.use(allowedMethods(paths));
  app.get(OpenApiText).value = JSON.stringify(described);
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => ({
      method: method.toUpperCase(),
      route: path.replaceAll('{', ':').replaceAll('}', ''),
    })),
  );
}
