// The real `npm audit` before a registry of our own on 127.0.0.1.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { npmAudit } from './npm-audit.ts';

const TIMEOUT = { timeout: 60_000 };
const ADVISORIES = '/-/npm/v1/security/advisories/bulk';
const bad = {
  id: 1,
  url: 'https://github.com/advisories/GHSA-aaaa-bbbb-cccc',
  title: 'it does too much',
  severity: 'high',
  vulnerable_versions: '<2.0.0',
  cwe: ['CWE-79'],
  cvss: { score: 8, vectorString: null },
};

let project: string;
let server: Server;
/** What the registry answers to the question for advisories. */
let answer: { readonly status: number; readonly body: object };

function write(name: string, content: object): void {
  writeFileSync(join(project, name), JSON.stringify(content));
}

beforeEach(async () => {
  project = mkdtempSync(join(tmpdir(), 'npm-audit-'));
  const dependencies = { frame: '1.0.0' };
  write('package.json', { name: 'project', version: '1.0.0', dependencies });
  write('package-lock.json', {
    name: 'project',
    version: '1.0.0',
    lockfileVersion: 3,
    packages: {
      '': { name: 'project', version: '1.0.0', dependencies },
      'node_modules/frame': { version: '1.0.0', dependencies: { left: '^1.0.0' } },
      'node_modules/left': { version: '1.2.0' },
    },
  });
  server = createServer((request, response) => {
    const name = request.url?.slice(1) ?? '';
    const isQuestion = request.url === ADVISORIES;
    const manifest = (version: string): object => ({
      name,
      version,
      ...(name === 'frame' ? { dependencies: { left: '^1.0.0' } } : {}),
    });
    const packument = {
      name,
      'dist-tags': {},
      versions: { '1.0.0': manifest('1.0.0'), '1.2.0': manifest('1.2.0') },
    };
    response.writeHead(isQuestion ? answer.status : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(isQuestion ? answer.body : packument));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(project, { recursive: true });
});

const audit = (): ReturnType<typeof npmAudit> =>
  npmAudit(project, {
    npm_config_registry: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    npm_config_cache: join(project, 'cache'),
    npm_config_fetch_retries: '0',
  });

describe('npmAudit', TIMEOUT, () => {
  it('finds an advisory once, though two packages suffer from it', async () => {
    answer = { status: 200, body: { left: [bad] } };
    expect(await audit()).toMatchObject({
      ran: true,
      summary: '2 packages',
      found: [
        {
          id: 'GHSA-aaaa-bbbb-cccc',
          package: 'left',
          version: '<2.0.0',
          severity: 'high',
          title: 'it does too much',
        },
      ],
    });
  });

  it('finds nothing where there is none', async () => {
    answer = { status: 200, body: {} };
    expect(await audit()).toMatchObject({ ran: true, found: [] });
  });

  it.each([405, 404, 500])('has not run where the registry answers %i', async (status) => {
    answer = { status, body: {} };
    expect(await audit()).toMatchObject({ ran: false, reason: expect.stringContaining(`answers ${status}`) });
  });

  it('has not run where there is no registry', async () => {
    const options = { npm_config_registry: 'http://127.0.0.1:1/', npm_config_fetch_retries: '0' };
    expect(await npmAudit(project, options)).toMatchObject({ ran: false });
  });
});
