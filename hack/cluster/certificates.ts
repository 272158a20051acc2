import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { capture } from '../lib/shell.ts';

interface Identity {
  readonly file: string;
  readonly subject: string;
  readonly names?: readonly string[];
}

/** The certificate authority of one control plane and what it signs, as files below `dir`; existing ones are kept. */
export class Pki {
  readonly dir: string;

  constructor(dir: string) {
    this.dir = dir;
    mkdirSync(dir, { recursive: true, mode: 0o700 });
  }

  path(file: string): string {
    return join(this.dir, file);
  }

  async #key(file: string): Promise<void> {
    await capture('openssl', [
      'ecparam',
      '-name',
      'prime256v1',
      '-genkey',
      '-noout',
      '-out',
      this.path(file),
    ]);
  }

  async ensureAuthority(): Promise<void> {
    if (existsSync(this.path('ca.crt'))) return;
    await this.#key('ca.key');
    await capture('openssl', [
      ...[
        'req',
        '-x509',
        '-new',
        '-key',
        this.path('ca.key'),
        '-subj',
        '/CN=stock-analysis-local-cluster',
        '-days',
        '3650',
      ],
      ...['-addext', 'keyUsage=critical,keyCertSign,cRLSign,digitalSignature', '-out', this.path('ca.crt')],
    ]);
  }

  async ensureServiceAccountKeys(): Promise<void> {
    if (existsSync(this.path('sa.pub'))) return;
    await this.#key('sa.key');
    await capture('openssl', ['ec', '-in', this.path('sa.key'), '-pubout', '-out', this.path('sa.pub')]);
  }

  /** A key and a certificate good for client and server authentication. */
  async ensure(identity: Identity): Promise<void> {
    const { file, subject, names = [] } = identity;
    if (existsSync(this.path(`${file}.crt`))) return;
    await this.#key(`${file}.key`);
    const altNames = names.map((name) => (/^[\d.]+$/.test(name) ? `IP:${name}` : `DNS:${name}`));
    const extensions = [
      'basicConstraints=CA:FALSE',
      'keyUsage=digitalSignature',
      'extendedKeyUsage=serverAuth,clientAuth',
      ...(altNames.length > 0 ? [`subjectAltName=${altNames.join(',')}`] : []),
    ];
    writeFileSync(this.path(`${file}.ext`), `${extensions.join('\n')}\n`);
    const request = await capture('openssl', [
      'req',
      '-new',
      '-key',
      this.path(`${file}.key`),
      '-subj',
      subject,
    ]);
    const certificate = await capture(
      'openssl',
      [
        ...[
          'x509',
          '-req',
          '-CA',
          this.path('ca.crt'),
          '-CAkey',
          this.path('ca.key'),
          '-CAcreateserial',
          '-days',
          '3650',
        ],
        ...['-extfile', this.path(`${file}.ext`)],
      ],
      { input: request },
    );
    writeFileSync(this.path(`${file}.crt`), certificate);
  }

  /** A kubeconfig (JSON is YAML) for an identity made by {@link ensure}. */
  writeKubeconfig(identity: string, server: string, target: string): void {
    const embed = (file: string): string => readFileSync(this.path(file)).toString('base64');
    const name = 'stock-analysis-local';
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name, cluster: { server, 'certificate-authority-data': embed('ca.crt') } }],
      users: [
        {
          name,
          user: {
            'client-certificate-data': embed(`${identity}.crt`),
            'client-key-data': embed(`${identity}.key`),
          },
        },
      ],
      contexts: [{ name, context: { cluster: name, user: name } }],
      'current-context': name,
    };
    writeFileSync(target, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 });
  }
}
