/** Memory and CPU time of a process as the kernel accounts for them. */
import { readFileSync } from 'node:fs';

const TICK_MS = 10;
const KIB_PER_MIB = 1024;

export interface Memory {
  /** MiB now, and the most that it ever was. */
  readonly resident: number;
  readonly peak: number;
}

export function memoryOf(pid: number): Memory {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const mib = (field: string): number =>
    Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? Number.NaN) / KIB_PER_MIB;
  return { resident: mib('VmRSS'), peak: mib('VmHWM') };
}

/** Milliseconds of CPU time, user and system, of all threads so far. */
export function cpuMsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The command in field 2 may itself hold blanks; user and system time are fields 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}
