import { expect, it } from 'vitest';
import { certificatesOf } from './platform-checks.ts';

const notificationSecrets = { smtp: { login: undefined, ca: 'MAIL' }, webhook: undefined };
const database = { host: 'h', port: 1, database: 'd', user: 'u', password: 'p' };
const ssl = { ca: 'DATABASE', rejectUnauthorized: true } as const;

it('looks at the authorities that somebody gave, and at no others', () => {
  const both = certificatesOf({ database: { ...database, ssl }, notificationSecrets });
  expect(both.map(({ pem }) => pem)).toEqual(['DATABASE', 'MAIL']);
  expect(certificatesOf({ database, notificationSecrets: undefined })).toEqual([]);
  const url = { connectionString: 'postgres://db' };
  expect(certificatesOf({ database: url, notificationSecrets }).map(({ name }) => name)).toEqual([
    'smtp-ca.crt of the mail server',
  ]);
});
