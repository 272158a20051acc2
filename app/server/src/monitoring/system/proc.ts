import { flatKeyed } from './kernel-text.ts';

/** Counters of one network interface since it was made. */
export interface NetworkUsage {
  readonly name: string;
  readonly receivedBytes: number;
  readonly receiveErrors: number;
  readonly receiveDropped: number;
  readonly transmittedBytes: number;
  readonly transmitErrors: number;
  readonly transmitDropped: number;
}

/** A pod has one or two; a machine that runs containers has one for each of them. */
export const MOST_INTERFACES = 8;

/**
 * /proc/net/dev without the loopback: those of this process's network namespace, which is that of the pod. Of more than
 * {@link MOST_INTERFACES} the first: put together, one that comes would bring all it ever carried.
 */
export function networkOf(netDev: string): readonly NetworkUsage[] {
  const all = netDev.split('\n').flatMap((line) => {
    const [, name, counters = ''] = /^\s*([^\s:]+):(.*)$/.exec(line) ?? [];
    if (name === undefined || name === 'lo') return [];
    const numbers = counters.trim().split(/\s+/).map(Number);
    if (numbers.length < 16 || numbers.some(Number.isNaN)) return [];
    const at = (index: number): number => numbers[index] ?? 0;
    return [
      {
        name,
        receivedBytes: at(0),
        receiveErrors: at(2),
        receiveDropped: at(3),
        transmittedBytes: at(8),
        transmitErrors: at(10),
        transmitDropped: at(11),
      },
    ];
  });
  return all.slice(0, MOST_INTERFACES);
}

/** Bytes that the process caused to be fetched from or sent to a disk; /proc/self/io. */
export interface DiskIo {
  readonly readBytes: number;
  readonly writtenBytes: number;
}

export function diskIoOf(selfIo: string): DiskIo | undefined {
  const table = flatKeyed(selfIo);
  const [readBytes, writtenBytes] = [table.get('read_bytes'), table.get('write_bytes')];
  return readBytes === undefined || writtenBytes === undefined ? undefined : { readBytes, writtenBytes };
}

/** Memory of the process itself; /proc/self/status, whose kB are kibibytes. */
export function residentBytesOf(selfStatus: string): number | undefined {
  const kibibytes = flatKeyed(selfStatus).get('VmRSS');
  return kibibytes === undefined ? undefined : kibibytes * 1024;
}

/** The mount that a path lies on, of the lines of /proc/self/mountinfo; undefined where none is known. */
export function mountOf(path: string, mountInfo: string): string | undefined {
  const mounts = mountInfo.split('\n').flatMap((line) => {
    const mount = line.split(' ')[4];
    return mount === undefined || mount === '' ? [] : [unescaped(mount)];
  });
  const holding = mounts.filter((mount) => mount === '/' || path === mount || path.startsWith(`${mount}/`));
  return holding.toSorted((one, other) => other.length - one.length)[0];
}

/** Blanks and the like are written as three octal digits there. */
function unescaped(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_all, digits: string) =>
    String.fromCodePoint(Number.parseInt(digits, 8)),
  );
}
