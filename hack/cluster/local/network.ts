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

const KUBE_CHAIN = /\bKUBE-[A-Z0-9-]+/;
const CNI_CHAIN = /\bCNI-(?:DN-)?[0-9a-f]{21,24}\b/g;
/** The CNI plugins write it into the comment of each of their rules. */
const OUR_COMMENT = `name: \\"${NETWORK_NAME}\\"`;

/** Chains of the CNI plugins that serve our network, or nobody: the remains of a call that was killed half-way. */
function ourCniChains(lines: readonly string[]): Set<string> {
  const chains = new Map<string, boolean>();
  for (const line of lines.filter((one) => one.startsWith(':')))
    for (const chain of line.match(CNI_CHAIN) ?? []) chains.set(chain, true);
  const rules = lines.filter((line) => line.startsWith('-A '));
  for (const rule of rules.filter((one) => !one.includes(OUR_COMMENT)))
    for (const chain of rule.match(CNI_CHAIN) ?? []) chains.set(chain, false);
  return new Set([...chains].filter(([, isOurs]) => isOurs).map(([chain]) => chain));
}

/**
 * Drops from an `iptables-save` text every chain and rule that our kube-proxy, our kubelet or the CNI plugins made for
 * our pods. Where a cluster of ours was, all of kube-proxy's chains are ours: see {@link otherKubernetes}.
 */
export function withoutOurRules(saved: string): string {
  const lines = saved.split('\n');
  const ours = ourCniChains(lines);
  const isOurs = (line: string): boolean =>
    KUBE_CHAIN.test(line) ||
    line.includes(OUR_COMMENT) ||
    (line.match(CNI_CHAIN) ?? []).some((chain) => ours.has(chain));
  const rest = lines.filter((line) => !(/^(:|-A )/.test(line) && isOurs(line)));
  // The entrance to host ports is shared by all networks; without a port behind it, it is nobody's.
  const hasHostPorts = rest.some((line) => line.includes('CNI-DN-'));
  return rest.filter((line) => hasHostPorts || !line.includes('CNI-HOSTPORT-')).join('\n');
}

/** A chain of another Kubernetes on this machine: two kube-proxies would undo each other's rules. */
export function otherKubernetes(saved: string): string | undefined {
  return KUBE_CHAIN.exec(saved)?.[0];
}

/** @throws Error naming a chain, where this machine is a node of another cluster */
export async function refuseSecondKubernetes(): Promise<void> {
  for (const family of FAMILIES) {
    const chain = otherKubernetes(await capture(`${family}-save`, []).catch(() => ''));
    if (chain === undefined) continue;
    throw new Error(
      `this machine is a node of another Kubernetes: ${family} holds the chain ${chain}, and the rules of two clusters ` +
        'undo each other. Use it with CLUSTER_PROVIDER=existing, or stop it (a reboot removes the rules of one that is gone).',
    );
  }
}

const FAMILIES = ['iptables', 'ip6tables'] as const;

export async function removeIptablesRules(): Promise<void> {
  for (const family of FAMILIES) {
    const saved = await capture(`${family}-save`, []).catch(() => '');
    const rest = withoutOurRules(saved);
    // Flushing is what restore does to each table named in its input, so a chain that is left out is gone.
    if (rest !== saved) await capture(`${family}-restore`, [], { input: rest });
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
