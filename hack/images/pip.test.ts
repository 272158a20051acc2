import { describe, expect, it } from 'vitest';
import { pipSecrets } from './pip.ts';

const LIST = [
  "global.index-url='https://index.example/simple'",
  String.raw`global.trusted-host='a.example\nb.example'`,
  ":env:.cert='/etc/ssl/private-ca.crt'",
  ":env:.find-links='/opt/wheels'",
  "install.user='true'",
  '',
].join('\n');

describe('pipSecrets', () => {
  it('passes on how the index is reached, and nothing that means this machine', () => {
    const secrets = pipSecrets(LIST, (path) => (path === '/etc/ssl/private-ca.crt' ? 'PEM' : undefined));
    expect(secrets).toEqual({
      'pip-conf': [
        '[global]',
        'index-url = https://index.example/simple',
        'trusted-host = a.example\n  b.example',
        '',
      ].join('\n'),
      'pip-cert': 'PEM',
    });
  });

  it('is empty where there is no pip, and without a certificate that is not there', () => {
    expect(pipSecrets('')).toEqual({ 'pip-conf': '[global]\n' });
    expect(pipSecrets(":env:.cert='/nowhere'", () => undefined)).toEqual({ 'pip-conf': '[global]\n' });
  });
});
