import { capture } from '../lib/shell.ts';

/**
 * Runs a program, and whatever it starts, in mount and process namespaces of its own which end with us, however we end:
 * a killed build leaves neither a mount nor a process that still writes.
 */
export function captureIsolated(program: string, args: readonly string[]): Promise<string> {
  const namespaces = [
    '--mount',
    '--propagation',
    'private',
    '--pid',
    '--fork',
    '--kill-child=KILL',
    '--mount-proc',
  ];
  return capture('unshare', [...namespaces, program, ...args], { endsWithUs: true });
}
