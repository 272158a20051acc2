import { hostname } from 'node:os';
import type { Role } from '../common/configuration/configuration.ts';

/** Names this process among all of the platform; in a pod the same after a restart of its container. */
export function processName(role: Role): string {
  return `${role}@${hostname()}:${process.pid}`;
}

export const startedAt: Date = new Date(Date.now() - Math.round(process.uptime() * 1000));
