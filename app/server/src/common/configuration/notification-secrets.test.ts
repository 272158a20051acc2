import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KnownSecrets } from '../redaction/known-secrets.ts';
import { rememberSecretsOf } from '../redaction/secrets-of-configuration.ts';
import { loadConfiguration } from './configuration.ts';
import { ConfigurationError } from './errors.ts';

const EMAIL = 'email: {host: mail.example.com, from: stock@example.com, to: [ops@example.com]}';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'notifications-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Given {
  readonly notifications: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly role?: 'server' | 'worker';
}

function load({ notifications, files, role = 'worker' }: Given) {
  const config = join(folder, 'config.yaml');
  writeFileSync(config, `monitoring: {notifications: {${notifications}}}`);
  const directory = join(folder, 'notifications');
  if (files !== undefined) mkdirSync(directory);
  for (const [name, text] of Object.entries(files ?? {})) writeFileSync(join(directory, name), text);
  return loadConfiguration(role, {
    DATABASE_URL: 'postgresql://app_a@db/x',
    STOCK_ANALYSIS_CONFIG_FILE: config,
    ...(files === undefined ? {} : { NOTIFICATIONS_DIR: directory }),
  });
}

function issuesOf(given: Given): readonly string[] {
  try {
    load(given);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.issues;
    throw error;
  }
  return [];
}

describe('NOTIFICATIONS_DIR', () => {
  it('is needed by no worker that sends nothing, nor by a mail server without login', () => {
    expect(load({ notifications: '' }).notificationSecrets).toEqual({
      smtp: { login: undefined, ca: undefined },
      webhook: undefined,
    });
    expect(load({ notifications: EMAIL }).monitoring.notifications.email).toEqual({
      host: 'mail.example.com',
      port: 587,
      minSeverity: 'info',
      security: 'StartTLS',
      from: 'stock@example.com',
      to: ['ops@example.com'],
    });
  });

  it('is read file by file, without the line break at the end, and what is in it is never written', () => {
    const url = 'https://hooks.example.com/services/T00/B00?x=long-part-of-a-url';
    const configuration = load({
      notifications: `${EMAIL}, webhook: {}`,
      files: {
        'smtp-username': 'stock\n',
        'smtp-password': 'pass-of-the-server \n',
        'webhook-url': `${url}\n`,
        'webhook-secret': 'a-shared-value-of-both\n',
      },
    });
    expect(configuration.notificationSecrets).toEqual({
      smtp: { login: { username: 'stock', password: 'pass-of-the-server ' }, ca: undefined },
      webhook: { url, secret: 'a-shared-value-of-both' },
    });
    const known = new KnownSecrets();
    rememberSecretsOf(configuration, known);
    expect(known.hideIn(`${url} pass-of-the-server  a-shared-value-of-both`)).toBe(
      'https://hooks.example.com[redacted] [redacted] [redacted]',
    );
  });

  it('is the affair of the worker alone', () => {
    const issues = issuesOf({ notifications: 'webhook: {}', role: 'server' });
    expect(issues).toEqual([expect.stringMatching(/^KEYRINGS_DIR/)]);
  });

  it.each<readonly [string, Given, RegExp]>([
    ['a webhook without folder', { notifications: 'webhook: {}' }, /must name the folder/],
    ['a webhook without URL', { notifications: 'webhook: {}', files: {} }, /needs the file webhook-url\n/],
    [
      'a webhook to no URL',
      { notifications: 'webhook: {}', files: { 'webhook-url': 'ftp://u:hunter22@a/b' } },
      /webhook-url must be http/,
    ],
    ['half a login', { notifications: EMAIL, files: { 'smtp-password': 'hunter22' } }, /both or neither/],
    [
      'a login without TLS',
      {
        notifications: EMAIL.replace('email: {', 'email: {security: None, '),
        files: { 'smtp-username': 'a', 'smtp-password': 'hunter22' },
      },
      /never sent without TLS/,
    ],
    [
      'an authority that is none',
      { notifications: EMAIL, files: { 'smtp-ca.crt': 'hunter22' } },
      /no certificate/,
    ],
    [
      'an empty file',
      { notifications: EMAIL, files: { 'smtp-username': '' } },
      /smtp-username in .* is empty/,
    ],
  ])('refuses %s, and shows nothing of it', (_what, given, message) => {
    const issues = issuesOf(given).join('\n');
    expect(`${issues}\n`).toMatch(message);
    expect(issues).not.toContain('hunter22');
  });

  it.each<readonly [string, string, RegExp]>([
    [
      'a header in an address',
      EMAIL.replace('ops@example.com', '"ops@example.com\\r\\nBcc: a@example.com"'),
      /email\.to\.0: must be a mail/,
    ],
    ['nobody to send to', EMAIL.replace('[ops@example.com]', '[]'), /email\.to/],
    ['an unknown kind of TLS', EMAIL.replace('{', '{security: Maybe, '), /email\.security/],
    [
      'a host with a port',
      EMAIL.replace('mail.example.com', "'mail.example.com:25'"),
      /email\.host: must be/,
    ],
    ['an unknown channel', 'sms: {}', /notifications: Unrecognized key: "sms"/],
  ])('refuses %s', (_what, notifications, message) => {
    const issues = issuesOf({ notifications });
    expect(issues.join('\n')).toMatch(message);
    expect(issues).not.toEqual([]);
  });
});
