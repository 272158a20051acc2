import { readFileSync } from 'node:fs';
import { capture } from '../lib/shell.ts';

// What decides how the archive is reached or trusted from here; paths and helper programs of the host mean nothing inside.
const PASSED_ON =
  /^Acquire::(Check-Valid-Until|Check-Date|Retries|ForceIPv[46]|https?::Proxy|https?::Timeout) "/;

/** The Debian archive that the host's own package sources name, if the host is a Debian; else the one of debootstrap. */
export function archiveFrom(indexTargets: string, debootstrap: string): string {
  const hosts = indexTargets.split('\n').map((line) => line.trim().replace(/\/$/, ''));
  const ofHost = hosts.find((uri) => uri.endsWith('/debian'));
  const ofDebootstrap = /^DEF_MIRROR="([^"]+)"/m.exec(debootstrap)?.[1];
  const archive = ofHost ?? ofDebootstrap;
  if (archive === undefined)
    throw new Error('no Debian archive found: neither apt nor debootstrap of this machine names one');
  return archive;
}

export async function debianArchive(): Promise<string> {
  const targets = await capture('apt-get', ['indextargets', '--format', '$(REPO_URI)']).catch(() => '');
  return archiveFrom(targets, readFileSync('/usr/sbin/debootstrap', 'utf8'));
}

/**
 * apt settings for a build stage, given to it as secrets and so never part of an image: the suite with its security
 * updates from the archive which this machine reaches, and the proxy and validity settings of this machine.
 */
export function aptSecrets(
  archive: string,
  suite: string,
  hostConfiguration: string,
): { conf: string; sources: string } {
  const passedOn = hostConfiguration.split('\n').filter((line) => PASSED_ON.test(line));
  const conf = [
    'Dir::Etc::SourceList "/run/secrets/apt-sources";',
    'Dir::Etc::SourceParts "/dev/null";',
    ...passedOn,
  ];
  const sources = [`deb ${archive} ${suite} main`, `deb ${archive}-security ${suite}-security main`];
  return { conf: `${conf.join('\n')}\n`, sources: `${sources.join('\n')}\n` };
}

export async function hostAptConfiguration(): Promise<string> {
  return capture('apt-config', ['dump']).catch(() => '');
}
