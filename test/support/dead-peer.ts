/**
 * A server in a network namespace of its own, whose cable can be pulled: its packets vanish, as those of a machine that
 * lost its power do. Nothing on the loopback device can show that, because a closed process there is always announced.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { once } from 'node:events';
import { spawnTracked, type TrackedProcess } from './processes.ts';

/** Of devices; the pid of the test process follows. Names have at most 15 characters. */
const PREFIX = 'sa-peer';
const DEVICES = '/sys/class/net';
/** Of the range for benchmarks, which is routed nowhere. */
const NETWORK = { near: '198.18.77.1', far: '198.18.77.2', length: 30 };
const PORT = 8001;

/** Answers any request with headers and one bookmark, then stays silent. */
const SERVER = `
const { createServer } = require('node:http');
const bookmark = { type: 'BOOKMARK', object: { kind: 'Pod', apiVersion: 'v1', metadata: { resourceVersion: '7' } } };
createServer((request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.write(JSON.stringify(bookmark) + '\\n');
}).listen(${PORT}, () => console.log('listening'));
`;

const run = (program: string, ...args: string[]): string =>
  execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

/** What a killed run left behind. The other end of a device, and so the peer's network, goes with it. */
function removeLeftovers(): void {
  for (const name of readdirSync(DEVICES)) {
    const pid = name.startsWith(PREFIX) ? name.slice(PREFIX.length) : undefined;
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) run('ip', 'link', 'del', name);
  }
}

export class DeadPeer {
  readonly url = `http://${NETWORK.far}:${PORT}`;
  readonly #device: string;
  readonly #server: TrackedProcess;

  private constructor(device: string, server: TrackedProcess) {
    this.#device = device;
    this.#server = server;
  }

  /** Network namespaces need root and iproute2. */
  static isPossible(): boolean {
    return process.getuid?.() === 0 && ['/usr/sbin/ip', '/sbin/ip', '/bin/ip'].some(existsSync);
  }

  static async start(ledger: string): Promise<DeadPeer> {
    removeLeftovers();
    // Without a name in the file system: the namespace lives as long as its process.
    const args = ['--net', process.execPath, '-e', SERVER];
    const server = await spawnTracked(ledger, 'unshare', args, { stdio: ['ignore', 'pipe', 'inherit'] });
    if (server.child.stdout) await once(server.child.stdout, 'data');
    const device = `${PREFIX}${process.pid}`;
    const peer = new DeadPeer(device, server);
    run('ip', 'link', 'add', device, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(server.pid));
    run('ip', 'addr', 'add', `${NETWORK.near}/${NETWORK.length}`, 'dev', device);
    run('ip', 'link', 'set', device, 'up');
    peer.#inside('addr', 'add', `${NETWORK.far}/${NETWORK.length}`, 'dev', 'eth0');
    peer.#inside('link', 'set', 'eth0', 'up');
    return peer;
  }

  #inside(...args: string[]): void {
    run('nsenter', '--net', '--target', String(this.#server.pid), 'ip', ...args);
  }

  /** From now on nothing that is sent to the server arrives, and nothing comes from it. */
  pullCable(): void {
    this.#inside('link', 'set', 'eth0', 'down');
  }

  async stop(): Promise<void> {
    run('ip', 'link', 'del', this.#device);
    this.#server.child.kill('SIGKILL');
    await this.#server.exited;
  }
}
