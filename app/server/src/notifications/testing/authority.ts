import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Certified {
  /** Of the authority: what a client trusts. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** Longer than what health warns of. */
const DAYS = '90';

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** An authority of its own, and what it certifies for these names (`DNS:localhost`, `IP:127.0.0.1`). */
export function certified(...names: readonly string[]): Certified {
  const folder = mkdtempSync(join(tmpdir(), 'authority-'));
  const at = (name: string): string => join(folder, name);
  const openssl = (...args: readonly string[]): unknown => execFileSync('openssl', args, { stdio: 'ignore' });
  try {
    const authority = ['-keyout', at('ca.key'), '-out', at('ca.crt'), '-subj', '/CN=authority of the tests'];
    openssl('req', '-x509', ...NEW_KEY, ...authority, '-days', DAYS);
    openssl('req', ...NEW_KEY, '-keyout', at('key'), '-out', at('csr'), '-subj', '/CN=server');
    writeFileSync(at('extensions'), `subjectAltName=${names.join(',')}\n`);
    const signing = ['-CA', at('ca.crt'), '-CAkey', at('ca.key'), '-CAcreateserial', '-days', DAYS];
    openssl('x509', '-req', '-in', at('csr'), ...signing, '-extfile', at('extensions'), '-out', at('crt'));
    const read = (name: string): string => readFileSync(at(name), 'utf8');
    return { ca: read('ca.crt'), cert: read('crt'), key: read('key') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
