import type { INestApplication } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { REVALIDATE } from './common/http/cache-control.ts';
import { allowedMethods } from './common/http/allowed-methods.ts';
import { Problem } from './common/problem.ts';

const OPEN_API_PATH = '/api/v1/openapi.json';

function createOpenApiDocument(app: NestExpressApplication): OpenAPIObject {
  const description = new DocumentBuilder()
    .setTitle('Stock Analysis API')
    .setDescription(
      'Bars, indicators and rule-based analysis of A-shares. Errors are application/problem+json.',
    )
    .setVersion('1')
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addBearerAuth()
    .addCookieAuth('__Host-stock-analysis')
    .build();
  return SwaggerModule.createDocument(app, description, { extraModels: [Problem] });
}

/**
 * The document is made once; it does not change while the process runs. It also is the list of what there is, by which
 * other methods are refused; so it has to come before the routes.
 */
export function serveOpenApi(app: NestExpressApplication): void {
  const described = createOpenApiDocument(app);
  app.use(allowedMethods({ ...described.paths, [OPEN_API_PATH]: { get: {} } }));
  const document = JSON.stringify(described);
  const routes: INestApplication = app;
  routes.getHttpAdapter().get(OPEN_API_PATH, (_request: Request, response: Response) => {
    response.type('application/json').set('Cache-Control', REVALIDATE).send(document);
  });
}
