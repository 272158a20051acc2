import { compareQuantities, parseQuantity, type ResourcesSpec } from '../api/index.ts';

export interface ComputeDefaults {
  readonly requests: { readonly cpu: string; readonly memory: string };
  readonly limits: { readonly cpu: string; readonly memory: string };
}

/** Small requests, so that everything fits on a laptop with two cores; limits leave room for start-up. */
export const COMPUTE: Readonly<
  Record<'server' | 'worker' | 'migrate' | 'postgres' | 'aktools' | 'init', ComputeDefaults>
> = {
  server: { requests: { cpu: '50m', memory: '160Mi' }, limits: { cpu: '1', memory: '512Mi' } },
  worker: { requests: { cpu: '50m', memory: '160Mi' }, limits: { cpu: '1', memory: '768Mi' } },
  migrate: { requests: { cpu: '50m', memory: '128Mi' }, limits: { cpu: '1', memory: '512Mi' } },
  postgres: { requests: { cpu: '50m', memory: '256Mi' }, limits: { cpu: '2', memory: '1Gi' } },
  // 130 MB idle, and a whole-market table of AkShare some times its own size on top.
  aktools: { requests: { cpu: '20m', memory: '192Mi' }, limits: { cpu: '1', memory: '512Mi' } },
  init: { requests: { cpu: '10m', memory: '32Mi' }, limits: { cpu: '1', memory: '256Mi' } },
};

export interface Compute {
  readonly requests: { readonly cpu: string; readonly memory: string };
  readonly limits: { readonly cpu: string; readonly memory: string };
}

/** The spec's values over the defaults; a default gives way where it would contradict a given value. */
export function computeOf(spec: ResourcesSpec | undefined, defaults: ComputeDefaults): Compute {
  const pick = (key: 'cpu' | 'memory'): { request: string; limit: string } => {
    const request = spec?.requests?.[key];
    const limit = spec?.limits?.[key];
    return {
      request: request ?? smaller(defaults.requests[key], limit ?? defaults.limits[key]),
      limit: limit ?? larger(defaults.limits[key], request ?? defaults.requests[key]),
    };
  };
  const cpu = pick('cpu');
  const memory = pick('memory');
  return {
    requests: { cpu: cpu.request, memory: memory.request },
    limits: { cpu: cpu.limit, memory: memory.limit },
  };
}

function smaller(a: string, b: string): string {
  return compareQuantities(a, b) <= 0 ? a : b;
}

function larger(a: string, b: string): string {
  return compareQuantities(a, b) >= 0 ? a : b;
}

const MEBIBYTE = 2 ** 20;

/**
 * Heap limit of Node in MiB for a memory limit: three quarters, the rest is for buffers, stacks and code. Without it
 * V8 sizes its heap by the node's memory and the kernel kills the container first.
 */
export function heapMebibytes(memoryLimit: string): number {
  return Math.max(64, Math.floor(((parseQuantity(memoryLimit) ?? 0) / MEBIBYTE) * 0.75));
}

/** A share of a memory limit as postgresql.conf writes it. */
export function shareOfMemory(memoryLimit: string, share: number): string {
  return `${Math.max(16, Math.floor(((parseQuantity(memoryLimit) ?? 0) / MEBIBYTE) * share))}MB`;
}
