import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Sends bytes as they are over a connection of its own, each piece `pauseMs` after the one before, and gives all that
 * came back until the server closed, or for `waitMs`.
 */
export async function rawRequest(
  port: number,
  pieces: readonly (string | Uint8Array)[],
  { pauseMs = 0, waitMs = 5_000 } = {},
): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  const received: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => received.push(chunk));
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
    // A reset connection is an answer too.
    socket.once('error', () => resolve());
  });
  for (const piece of pieces) {
    if (socket.destroyed || !socket.writable) break;
    socket.write(piece);
    if (pauseMs > 0) await sleep(pauseMs);
  }
  await Promise.race([closed, sleep(waitMs)]);
  socket.destroy();
  return Buffer.concat(received).toString('latin1');
}
