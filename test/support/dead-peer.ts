/**
 * A server in a network namespace of its own, whose cable can be pulled: its packets vanish, as those of a machine that
 * lost its power do. Nothing on the loopback device can show that, because a closed process there is always announced.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { spawnTracked, type TrackedProcess } from './processes.ts';

const PREFIX = 'sa-peer-';
const NETNS = '/run/netns';
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
}).listen(${PORT}, '${NETWORK.far}', () => console.log('listening'));
`;

const ip = (...args: string[]): string =>
  execFileSync('ip', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

function remove(name: string): void {
  // At once; the namespace takes the other end along later, when its last socket has given up.
  if (existsSync(`/sys/class/net/${deviceOf(name)}`)) ip('link', 'del', deviceOf(name));
  ip('netns', 'del', name);
}

/** What a killed run left behind: the pid of its test process stands in the name. */
function removeLeftovers(): void {
  for (const name of existsSync(NETNS) ? readdirSync(NETNS) : []) {
    if (name.startsWith(PREFIX) && !existsSync(`/proc/${name.slice(PREFIX.length)}`)) remove(name);
  }
}

/** Names of devices have at most 15 characters. */
const deviceOf = (name: string): string => name.slice(0, 15);

export class DeadPeer {
  readonly url = `http://${NETWORK.far}:${PORT}`;
  readonly #name: string;
  readonly #server: TrackedProcess;

  private constructor(name: string, server: TrackedProcess) {
    this.#name = name;
    this.#server = server;
  }

  /** Network namespaces need root and iproute2. */
  static isPossible(): boolean {
    return process.getuid?.() === 0 && ['/usr/sbin/ip', '/sbin/ip', '/bin/ip'].some(existsSync);
  }

  static async start(ledger: string): Promise<DeadPeer> {
    const name = `${PREFIX}${process.pid}`;
    removeLeftovers();
    ip('netns', 'add', name);
    // A device lives and dies with the namespace of its other end.
    ip('link', 'add', deviceOf(name), 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
    ip('addr', 'add', `${NETWORK.near}/${NETWORK.length}`, 'dev', deviceOf(name));
    ip('link', 'set', deviceOf(name), 'up');
    ip('-n', name, 'addr', 'add', `${NETWORK.far}/${NETWORK.length}`, 'dev', 'eth0');
    ip('-n', name, 'link', 'set', 'eth0', 'up');
    const args = ['netns', 'exec', name, process.execPath, '-e', SERVER];
    const server = await spawnTracked(ledger, 'ip', args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const listening = new Promise<void>((resolve) => server.child.stdout?.once('data', () => resolve()));
    await Promise.race([listening, sleep(10_000)]);
    return new DeadPeer(name, server);
  }

  /** From now on nothing that is sent to the server arrives, and nothing comes from it. */
  pullCable(): void {
    ip('-n', this.#name, 'link', 'set', 'eth0', 'down');
  }

  async stop(): Promise<void> {
    this.#server.child.kill('SIGKILL');
    await this.#server.exited;
    remove(this.#name);
  }
}
