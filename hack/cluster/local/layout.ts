import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chooseAddresses, takenAddresses, type Addresses } from '../addresses.ts';
import { freePorts, type Ports } from '../control-plane.ts';
import { stateDir } from '../../lib/paths.ts';

export const NODE_NAME = 'stock-analysis';
/** The empty bridge that carries the node's address; this kernel may have no dummy device. */
export const NODE_LINK = 'sa-node';
export const POD_BRIDGE = 'sa-pods';

/** What was decided when the cluster was first made; a later `up` finds the same addresses and ports. */
export interface Plan {
  readonly addresses: Addresses;
  readonly ports: Ports & { readonly kubelet: number };
  /** sysctl values found before ours were set. */
  readonly sysctls: Readonly<Record<string, string>>;
  /** Folders at fixed places that kubelet and libcni insist on and that were not there before. */
  readonly madeFolders: readonly string[];
}

const FIXED_FOLDERS = ['/var/lib/kubelet', '/var/lib/cni'];

export const statePath = (...parts: string[]): string => join(stateDir(), ...parts);
export const containerdSocket = (): string => statePath('run', 'containerd.sock');
/** There once every part answered; without it what runs is the remains of an `up` or a `down` that was killed. */
export const completeFile = (): string => statePath('complete');
const planFile = (): string => statePath('plan.json');

export function readPlan(): Plan | undefined {
  return existsSync(planFile()) ? (JSON.parse(readFileSync(planFile(), 'utf8')) as Plan) : undefined;
}

export async function ensurePlan(sysctls: Readonly<Record<string, string>>): Promise<Plan> {
  const existing = readPlan();
  if (existing) return existing;
  const plan = {
    addresses: chooseAddresses(await takenAddresses()),
    ports: { ...(await freePorts()), kubelet: 10250 },
    sysctls,
    madeFolders: FIXED_FOLDERS.filter((folder) => !existsSync(folder)),
  };
  mkdirSync(stateDir(), { recursive: true });
  // Whole or not at all: a tear-down after a kill at this very line reads it.
  writeFileSync(`${planFile()}.partial`, JSON.stringify(plan, null, 2));
  renameSync(`${planFile()}.partial`, planFile());
  return plan;
}
