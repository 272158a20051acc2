import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { capture } from '../../lib/shell.ts';
import { NODE_LINK, POD_BRIDGE, statePath, type Plan } from './layout.ts';

const NETWORK_NAME = 'stock-analysis';

const SYSCTLS = { 'net/ipv4/ip_forward': '1' } as const;
const sysctlFile = (name: string): string => `/proc/sys/${name}`;

export function currentSysctls(): Record<string, string> {
  return Object.fromEntries(
    Object.keys(SYSCTLS).map((name) => [name, readFileSync(sysctlFile(name), 'utf8').trim()]),
  );
}

export function setSysctls(values: Readonly<Record<string, string>> = SYSCTLS): void {
  for (const [name, value] of Object.entries(values)) writeFileSync(sysctlFile(name), value);
}

async function linkExists(name: string): Promise<boolean> {
  return capture('ip', ['link', 'show', name]).then(
    () => true,
    () => false,
  );
}

export async function ensureNetwork(plan: Plan): Promise<void> {
  setSysctls();
  if (!(await linkExists(NODE_LINK))) await capture('ip', ['link', 'add', NODE_LINK, 'type', 'bridge']);
  await capture('ip', ['addr', 'replace', `${plan.addresses.node}/32`, 'dev', NODE_LINK]);
  await capture('ip', ['link', 'set', NODE_LINK, 'up']);
  const conflist = {
    cniVersion: '1.0.0',
    name: NETWORK_NAME,
    plugins: [
      {
        type: 'bridge',
        bridge: POD_BRIDGE,
        isGateway: true,
        ipMasq: true,
        hairpinMode: true,
        ipam: {
          type: 'host-local',
          dataDir: statePath('cni', 'leases'),
          ranges: [[{ subnet: plan.addresses.podRange }]],
          routes: [{ dst: '0.0.0.0/0' }],
        },
      },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  };
  mkdirSync(statePath('cni', 'conf'), { recursive: true });
  writeFileSync(statePath('cni', 'conf', '10-pods.conflist'), JSON.stringify(conflist, null, 2));
}

/** Removes our links; the pods' veth pairs go with their network namespaces. */
export async function removeLinks(): Promise<void> {
  for (const name of [NODE_LINK, POD_BRIDGE])
    if (await linkExists(name)) await capture('ip', ['link', 'delete', name]);
}

const OURS = /KUBE-|CNI-|cali-/;

/** Drops from an `iptables-save` text every chain and rule that kube-proxy, kubelet or the CNI plugins made. */
export function withoutOurRules(saved: string): string {
  return saved
    .split('\n')
    .filter((line) => !(/^(:|-A )/.test(line) && OURS.test(line)))
    .join('\n');
}

export async function removeIptablesRules(): Promise<void> {
  for (const family of ['iptables', 'ip6tables']) {
    const saved = await capture(`${family}-save`, []).catch(() => '');
    if (!OURS.test(saved)) continue;
    // Flushing is what restore does to each table named in its input, so a chain that is left out is gone.
    await capture(`${family}-restore`, [], { input: withoutOurRules(saved) });
  }
}

/** Where libcni keeps the results of its calls; the place is fixed. */
const CNI_RESULTS = '/var/lib/cni/results';

/**
 * Removes the results that libcni kept for our pods: those of our network, and those of the loopback network, which
 * every runtime shares, of pods that our kubelet knew. A sandbox that was killed half-way has only the latter.
 */
export function removeCniResults(): void {
  if (!existsSync(CNI_RESULTS)) return;
  const podUids = existsSync(statePath('kubelet', 'pods')) ? readdirSync(statePath('kubelet', 'pods')) : [];
  const results = readdirSync(CNI_RESULTS).map((name) => {
    const file = join(CNI_RESULTS, name);
    return { file, text: readFileSync(file, 'utf8') };
  });
  const containers = results.flatMap(
    ({ file }) => new RegExp(`/${NETWORK_NAME}-([0-9a-f]{64})-`).exec(file)?.slice(1) ?? [],
  );
  for (const { file, text } of results) {
    if ([...containers, ...podUids].some((id) => file.includes(id) || text.includes(id)))
      rmSync(file, { force: true });
  }
}
