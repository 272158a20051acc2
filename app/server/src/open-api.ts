import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { Problem } from './common/problem.ts';

const OPEN_API_PATH = '/api/v1/openapi.json';

function createOpenApiDocument(app: INestApplication): OpenAPIObject {
  const description = new DocumentBuilder()
    .setTitle('Stock Analysis API')
    .setDescription(
      'Bars, indicators and rule-based analysis of A-shares. Errors are application/problem+json.',
    )
    .setVersion('1')
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addBearerAuth()
    .build();
  return SwaggerModule.createDocument(app, description, { extraModels: [Problem] });
}

/** The document is made once; it does not change while the process runs. */
export function serveOpenApi(app: INestApplication): void {
  const document = JSON.stringify(createOpenApiDocument(app));
  app.getHttpAdapter().get(OPEN_API_PATH, (_request: Request, response: Response) => {
    response.type('application/json').send(document);
  });
}
