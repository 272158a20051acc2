import type { OpenAPIObject } from '@nestjs/swagger';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { security } from './common/configuration/security-schema.ts';
import type { ParameterError } from './common/errors.ts';
import { type Operation, operationsOf, targetOf } from './testing/operations.ts';
import { createUser, type TestUser } from './testing/principals.ts';
import { createEmptyApplication, type TestApplication } from './testing/test-application.ts';

const OFTEN = 100_000;
/** Where the document has no example of what stands in a path. */
const GIVEN: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '/monitoring/rules/{name}': { name: 'OwnRule' },
};
const NOBODY = '00000000-0000-4000-8000-000000000000';

/** JSON's null in place of each field of each body that the OpenAPI document describes, optional ones and others. */
describe('null in a body', () => {
  let application: TestApplication;
  let admin: TestUser;
  let operations: readonly Operation[];

  beforeAll(async () => {
    application = await createEmptyApplication({
      security: security.parse({ rateLimit: { writingPerMinute: OFTEN, loginPerMinute: OFTEN } }),
    });
    admin = await createUser(application.app, 'admin');
    const { body } = await request(application.app.getHttpServer()).get('/api/v1/openapi.json').expect(200);
    operations = operationsOf(body as OpenAPIObject).filter((operation) => operation.body !== undefined);
  });
  afterAll(() => application.close());

  const send = async (operation: Operation, field: string): Promise<string> => {
    const method = operation.method.toLowerCase() as 'post';
    const target = targetOf(operation, { id: NOBODY, ...GIVEN[operation.path] });
    const server = request(application.app.getHttpServer());
    const { status, body } = await server[method](target)
      .set(admin.session)
      .send({ ...operation.body, [field]: null });
    // Where no example says what a field may hold, the one that is sent beside the null is wrong, too.
    const named: readonly ParameterError[] = body.errors ?? [];
    const { parameter, detail = '' } = named.find((error) => error.parameter === field) ?? named[0] ?? {};
    return `${status} ${parameter}${/required/.test(detail) ? ': as if it was absent' : ''}`;
  };

  it('is refused by name in every field: it is neither absent nor a default', async () => {
    const answers: string[] = [];
    const expected: string[] = [];
    for (const operation of operations)
      for (const field of Object.keys(operation.body ?? {})) {
        answers.push(`${operation.name}: ${await send(operation, field)}`);
        expected.push(`${operation.name}: 400 ${field}`);
      }
    expect(answers).toEqual(expected);
    expect(expected).toEqual(
      expect.arrayContaining([
        'POST /api/v1/users: 400 displayName',
        'POST /api/v1/auth/setup: 400 displayName',
        'POST /api/v1/ingestions: 400 kind',
        'POST /api/v1/ingestions: 400 symbols',
        'POST /api/v1/api-keys: 400 expiresInDays',
        'POST /api/v1/api-keys/{id}/rotate: 400 overlapHours',
      ]),
    );
  });
});
