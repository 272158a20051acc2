import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from './errors.ts';

/** How to reach PostgreSQL, in the form node-postgres takes. */
export type DatabaseSettings =
  | { readonly connectionString: string }
  | {
      readonly host: string;
      readonly port: number;
      readonly user: string;
      readonly password: string;
      readonly database: string;
      /** Present when the folder holds `ca.crt`: certificate and host name are verified against it. */
      readonly ssl?: { readonly ca: string; readonly rejectUnauthorized: true };
    };

/** The folder of a mounted Secret: `host port name username password` and optionally `ca.crt`. */
export function readDatabaseDirectory(directory: string, issues: string[]): DatabaseSettings | undefined {
  const before = issues.length;
  const read = (key: string): string => {
    try {
      const value = readFileSync(join(directory, key), 'utf8').replace(/\r?\n$/, '');
      if (value === '') issues.push(`DATABASE_DIR: the file ${key} in ${directory} is empty`);
      return value;
    } catch (error) {
      issues.push(`DATABASE_DIR: cannot read the file ${key}: ${messageOf(error)}`);
      return '';
    }
  };
  const [host, portText, database, user, password] = [
    read('host'),
    read('port'),
    read('name'),
    read('username'),
    read('password'),
  ];
  const port = Number(portText);
  if (portText !== '' && !(/^\d+$/.test(portText) && port >= 1 && port <= 65_535)) {
    issues.push(`DATABASE_DIR: the file port must hold a number between 1 and 65535`);
  }
  const ca = existsSync(join(directory, 'ca.crt')) ? read('ca.crt') : undefined;
  if (issues.length > before) return undefined;
  const base = { host, port, user, password, database };
  return ca === undefined ? base : { ...base, ssl: { ca, rejectUnauthorized: true } };
}

export function parseDatabaseUrl(url: string, issues: string[]): DatabaseSettings | undefined {
  if (!URL.canParse(url) || !/^postgres(ql)?:$/.test(new URL(url).protocol)) {
    issues.push('DATABASE_URL: must be a URL like postgresql://user:password@host:5432/name');
    return undefined;
  }
  return { connectionString: url };
}
