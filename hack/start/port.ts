import { once } from 'node:events';
import { createServer } from 'node:net';

export const HOST = '127.0.0.1';

/** @throws Error that names the variable when it is no port */
export function portOf(name: string, fallback: number): number {
  const text = process.env[name] ?? '';
  const port = text === '' ? fallback : Number(text);
  if (!/^\d*$/.test(text) || port > 65_535)
    throw new Error(`${name} must be a number between 0 and 65535, not "${text}"`);
  return port;
}

/** Browsers ask nothing of some ports (https://fetch.spec.whatwg.org/#port-blocking), and fetch here keeps the same list. */
async function isBlocked(port: number): Promise<boolean> {
  const failure: unknown = await fetch(`http://${HOST}:${port}`).catch((error: unknown) => error);
  return failure instanceof Error && failure.cause instanceof Error && failure.cause.message === 'bad port';
}

/**
 * Asks before anything is built and a database started.
 * @throws Error that names the variable when the port is taken, not ours to take, or one that no browser asks
 */
export async function requirePort(name: string, port: number): Promise<void> {
  const other = `set ${name} to another one, or to 0 for any that is free`;
  const probe = createServer((socket) => socket.destroy());
  try {
    probe.listen(port, HOST);
    await once(probe, 'listening');
    if (await isBlocked(port)) throw new Error(`port ${port} is one that browsers refuse to open: ${other}`);
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    const why =
      error.code === 'EADDRINUSE'
        ? 'is taken by another program'
        : `cannot be opened (${String(error.code)})`;
    throw new Error(`port ${port} ${why}: ${other}`, { cause: error });
  } finally {
    probe.close();
  }
}
