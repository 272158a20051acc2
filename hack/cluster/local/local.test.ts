import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { hierarchiesIn } from './cgroups.ts';
import { otherKubernetes, withoutOurRules } from './network.ts';
import { hasCluster, livingOwner, recordOwner, removeState } from './ownership.ts';

const POD = 'CNI-2f893a447474e8df7c48b7d9';
const FOREIGN = 'CNI-64fedf523bf81df851d899e3';
const ORPHAN = 'CNI-6a2c343cf70d82c6a5e62944';
const comment = (network: string): string => `-m comment --comment "name: \\"${network}\\" id: \\"0a1b\\""`;

const FOREIGN_LINES = [
  '*nat',
  ':POSTROUTING ACCEPT [0:0]',
  ':cali-PREROUTING - [0:0]',
  `:${FOREIGN} - [0:0]`,
  '-A POSTROUTING -j MINE',
  `-A POSTROUTING -s 10.88.0.2/32 ${comment('podman')} -j ${FOREIGN}`,
  `-A ${FOREIGN} -d 10.88.0.0/16 ${comment('podman')} -j ACCEPT`,
  'COMMIT',
];
const OUR_LINES = [
  ':KUBE-SVC-A - [0:0]',
  `:${POD} - [0:0]`,
  `:${ORPHAN} - [0:0]`,
  ':CNI-HOSTPORT-DNAT - [0:0]',
  '-A POSTROUTING -j KUBE-POSTROUTING',
  '-A PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT',
  `-A POSTROUTING -s 10.244.0.2/32 ${comment('stock-analysis')} -j ${POD}`,
  `-A ${POD} -d 10.244.0.0/16 ${comment('stock-analysis')} -j ACCEPT`,
  `-A ${POD} ! -d 224.0.0.0/4 ${comment('stock-analysis')} -j MASQUERADE`,
];

describe('withoutOurRules', () => {
  it("drops kube-proxy's chains and those of our network, and keeps everything of others", () => {
    const saved = [...FOREIGN_LINES.slice(0, -1), ...OUR_LINES, 'COMMIT'].join('\n');
    expect(withoutOurRules(saved).split('\n')).toEqual(FOREIGN_LINES);
  });

  it('changes nothing where nothing of ours is', () => {
    const text = FOREIGN_LINES.join('\n');
    expect(withoutOurRules(text)).toBe(text);
  });

  it('leaves the entrance to host ports while another network has a port behind it', () => {
    const shared = [
      ':CNI-HOSTPORT-DNAT - [0:0]',
      ':CNI-DN-64fedf523bf81df851d89 - [0:0]',
      `-A CNI-HOSTPORT-DNAT -p tcp -m comment --comment "dnat name: \\"podman\\" id: \\"0a1b\\"" -j CNI-DN-64fedf523bf81df851d89`,
    ].join('\n');
    expect(withoutOurRules(shared)).toBe(shared);
  });
});

describe('otherKubernetes', () => {
  it('names a chain of a kube-proxy that is there already', () => {
    expect(otherKubernetes(':KUBE-SERVICES - [0:0]\n-A INPUT -j KUBE-SERVICES')).toBe('KUBE-SERVICES');
    expect(otherKubernetes(FOREIGN_LINES.join('\n'))).toBeUndefined();
  });
});

describe('hierarchiesIn', () => {
  it('finds the mounts of both versions', () => {
    const mounts = [
      'proc /proc proc rw 0 0',
      'tmpfs /sys/fs/cgroup tmpfs rw 0 0',
      'cgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0',
      'cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0',
      '',
    ];
    expect(hierarchiesIn(mounts.join('\n'))).toEqual(['/sys/fs/cgroup/memory', '/sys/fs/cgroup/unified']);
  });
});

describe('the state folder', () => {
  let outer: string;
  let state: string;
  beforeEach(() => {
    outer = mkdtempSync(join(tmpdir(), 'cluster-state-'));
    state = join(outer, 'stock-analysis', 'cluster');
    vi.stubEnv('STOCK_ANALYSIS_CLUSTER_STATE', state);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(outer, { recursive: true });
  });

  it('is of a cluster from its first file to its last', () => {
    expect(hasCluster()).toBe(false);
    recordOwner();
    expect(hasCluster()).toBe(true);
    mkdirSync(join(state, 'etcd'));
    removeState();
    expect(hasCluster()).toBe(false);
    expect(readdirSync(outer)).toEqual([]);
  });

  it('of a cluster that never came up whole has no living owner', () => {
    recordOwner();
    expect(livingOwner()).toBeUndefined();
  });

  it('with the things of somebody else is refused, not removed', () => {
    mkdirSync(state, { recursive: true });
    writeFileSync(join(state, 'letter'), '');
    expect(() => hasCluster()).toThrow(/is no state folder of a local cluster: it holds letter/);
    expect(existsSync(join(state, 'letter'))).toBe(true);
  });
});
