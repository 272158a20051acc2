import { describe, expect, it } from 'vitest';
import { aptSecrets, archiveFrom } from './apt.ts';

const SCRIPT = '#!/bin/sh\nDEF_MIRROR="http://default.example/debian"\n';

describe('archiveFrom', () => {
  it("takes the host's Debian archive, without its security archive and foreign ones", () => {
    const targets =
      'https://node.example/deb/\nhttp://mirror.example/debian-security/\nhttp://mirror.example/debian/\n';
    expect(archiveFrom(targets, SCRIPT)).toBe('http://mirror.example/debian');
  });

  it("falls back on debootstrap's own where the host is no Debian", () => {
    expect(archiveFrom('http://archive.example/ubuntu/\n', SCRIPT)).toBe('http://default.example/debian');
  });

  it('says so when there is none', () => {
    expect(() => archiveFrom('', '')).toThrow('no Debian archive found');
  });
});

describe('aptSecrets', () => {
  const dump = [
    'APT::Architecture "amd64";',
    'Acquire::http::Proxy "http://proxy.example:3128";',
    'Acquire::http::Proxy-Auto-Detect "/usr/bin/detect";',
    'Acquire::Check-Valid-Until "false";',
    'Dir::Log "/var/log/apt";',
  ].join('\n');
  const { conf, sources } = aptSecrets('http://mirror.example/debian', 'trixie', dump);

  it('passes on how the archive is reached, and no path of the host', () => {
    expect(conf).toContain('Acquire::http::Proxy "http://proxy.example:3128";');
    expect(conf).toContain('Acquire::Check-Valid-Until "false";');
    expect(conf).not.toContain('Auto-Detect');
    expect(conf).not.toContain('/var/log/apt');
  });

  it('names the suite and its security updates', () => {
    expect(sources).toBe(
      'deb http://mirror.example/debian trixie main\ndeb http://mirror.example/debian-security trixie-security main\n',
    );
  });
});
