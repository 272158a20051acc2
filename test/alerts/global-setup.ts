import { ensurePackages } from '../../hack/lib/debian-packages.ts';

/** promtool is part of Prometheus' package, amtool and Alertmanager of theirs. */
export default async function setup(): Promise<void> {
  await ensurePackages({
    prometheus: '/usr/bin/promtool',
    'prometheus-alertmanager': '/usr/bin/amtool',
  });
}
