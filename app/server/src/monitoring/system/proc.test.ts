import { describe, expect, it } from 'vitest';
import { diskIoOf, mountOf, networkOf, residentBytesOf } from './proc.ts';

const NET_DEV = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 163789521545 89736318    0    0    0     0          0         0 163789521545 89736318    0    0    0     0       0          0
  eth0:19626342060  614036    3    4    0     0          0         0 58594790  445135    5    6    0     0       0          0
`;

const MOUNTS = `22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
40 27 0:50 / /var/lib/data rw,relatime - ext4 /dev/vdb rw
41 40 0:51 / /var/lib/data/with\\040blank rw,relatime - tmpfs tmpfs rw
`;

describe('/proc', () => {
  it('tells what each interface received and sent, but for the loopback', () => {
    expect(networkOf(NET_DEV)).toEqual([
      {
        name: 'eth0',
        receivedBytes: 19626342060,
        receiveErrors: 3,
        receiveDropped: 4,
        transmittedBytes: 58594790,
        transmitErrors: 5,
        transmitDropped: 6,
      },
    ]);
    expect(networkOf('')).toEqual([]);
    expect(networkOf('  eth0: 1 2 3\n')).toEqual([]);
  });

  it('tells of eight interfaces, so that one more does not change what the others say', () => {
    const line = (name: string): string => `${name}: 7${' 0'.repeat(15)}\n`;
    const many = Array.from({ length: 12 }, (_, index) => `veth${index}`);
    const names = networkOf(`${NET_DEV}${many.map(line).join('')}`).map(({ name }) => name);
    expect(names).toEqual(['eth0', ...many.slice(0, 7)]);
  });

  it('tells what the process read and wrote', () => {
    const io =
      'rchar: 6976\nwchar: 11\nsyscr: 10\nread_bytes: 4096\nwrite_bytes: 8192\ncancelled_write_bytes: 0\n';
    expect(diskIoOf(io)).toEqual({ readBytes: 4096, writtenBytes: 8192 });
    expect(diskIoOf('')).toBeUndefined();
  });

  it('tells the memory of the process in kibibytes', () => {
    expect(residentBytesOf('Name:\tnode\nVmHWM:\t  90000 kB\nVmRSS:\t   87654 kB\nThreads:\t11\n')).toBe(
      87654 * 1024,
    );
    expect(residentBytesOf('Name:\tkthreadd\n')).toBeUndefined();
  });

  it.each([
    ['/etc/hosts', '/'],
    ['/var/lib/data', '/var/lib/data'],
    ['/var/lib/data/base/1', '/var/lib/data'],
    ['/var/lib/database', '/'],
    ['/var/lib/data/with blank/x', '/var/lib/data/with blank'],
  ])('tells the mount of %s', (path, mount) => {
    expect(mountOf(path, MOUNTS)).toBe(mount);
  });

  it('tells no mount where there is none', () => {
    expect(mountOf('/etc', '')).toBeUndefined();
  });
});
