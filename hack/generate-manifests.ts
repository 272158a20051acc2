/**
 * Writes manifests/install.yaml from the chart. With `--check` it writes nothing and fails when the file differs.
 * HELM names another helm program than the one that hack/cluster builds.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { helmProgram } from './charts/helm.ts';
import { INSTALL_MANIFEST, renderInstallManifest } from './charts/install-manifest.ts';

process.chdir(`${import.meta.dirname}/..`);
const content = await renderInstallManifest(await helmProgram());
const current = existsSync(INSTALL_MANIFEST) ? readFileSync(INSTALL_MANIFEST, 'utf8') : '';
if (content === current) {
  console.log(`${INSTALL_MANIFEST} is up to date`);
} else if (process.argv.includes('--check')) {
  console.error(`${INSTALL_MANIFEST} is out of date: run \`make generate\``);
  process.exitCode = 1;
} else {
  writeFileSync(INSTALL_MANIFEST, content);
  console.log(`wrote ${INSTALL_MANIFEST}`);
}
