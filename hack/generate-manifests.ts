/**
 * Writes the manifests from the chart. With `--check` it writes nothing and fails when a file differs.
 * HELM names another helm program than the one that hack/cluster builds.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { helmProgram } from './charts/helm.ts';
import {
  INSTALL_MANIFEST,
  MONITORING_MANIFEST,
  renderInstallManifest,
  renderMonitoringManifest,
} from './charts/install-manifest.ts';

process.chdir(`${import.meta.dirname}/..`);
const helm = await helmProgram();
const manifests = [
  [INSTALL_MANIFEST, renderInstallManifest],
  [MONITORING_MANIFEST, renderMonitoringManifest],
] as const;

for (const [file, render] of manifests) {
  const content = await render(helm);
  const current = existsSync(file) ? readFileSync(file, 'utf8') : '';
  if (content === current) {
    console.log(`${file} is up to date`);
  } else if (process.argv.includes('--check')) {
    console.error(`${file} is out of date: run \`make generate\``);
    process.exitCode = 1;
  } else {
    writeFileSync(file, content);
    console.log(`wrote ${file}`);
  }
}
