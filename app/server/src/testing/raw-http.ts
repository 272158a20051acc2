import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** What is written on a connection, in order: bytes, or a pause in milliseconds. */
export type Part = Buffer | number;

/** The client waits for the answer; says that nothing more comes from it; is gone. */
export type Ending = 'waits' | 'half-closed' | 'reset';

export interface Answer {
  readonly status: number;
  /** Names in lower case; every value of a name that came more than once. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: string;
}

const SILENCE_MS = 20_000;

/**
 * Writes the parts on a connection of its own, as they are, and reads until the server closes it.
 * @param ending what the client does after the last part
 * @returns undefined where the connection ended without an answer
 * @throws where the server says nothing for 20 s
 */
export function sendRaw(
  port: number,
  parts: readonly Part[],
  ending: Ending = 'waits',
): Promise<Answer | undefined> {
  return new Promise((resolve, reject) => {
    const received: Buffer[] = [];
    const socket = connect(port, '127.0.0.1');
    const end = (): void => resolve(parseAnswer(Buffer.concat(received)));
    socket.setTimeout(SILENCE_MS, () => socket.destroy(new Error(`no word for ${SILENCE_MS} ms`)));
    socket.on('data', (chunk) => received.push(chunk));
    socket.once('end', end).once('close', end);
    // The server may close before it has read everything: what it said until then is its answer.
    socket.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EPIPE' || error.code === 'ECONNRESET' ? end() : reject(error),
    );
    socket.once('connect', () => {
      void (async () => {
        for (const part of parts) {
          if (socket.destroyed) return;
          if (typeof part === 'number') await wait(part);
          else socket.write(part);
        }
        if (ending === 'reset') socket.resetAndDestroy();
        if (ending === 'half-closed') socket.end();
      })();
    });
  });
}

/** The last message of what came, without `100 Continue` before it. */
export function parseAnswer(bytes: Buffer): Answer | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const [statusLine = '', ...lines] = bytes.toString('latin1', 0, headEnd).split('\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(statusLine)?.[1]);
  const rest = bytes.subarray(headEnd + 4);
  if (status === 100) return parseAnswer(rest);
  const headers = new Map<string, string[]>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    headers.set(name, [...(headers.get(name) ?? []), line.slice(colon + 1).trim()]);
  }
  const isChunked = headers.get('transfer-encoding')?.includes('chunked') ?? false;
  return { status, headers, body: (isChunked ? joinChunks(rest) : rest).toString('utf8') };
}

/** The body of a chunked message; what a cut connection left of it. */
function joinChunks(bytes: Buffer): Buffer {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16);
    if (lineEnd < 0 || !(size > 0)) break;
    chunks.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
  return Buffer.concat(chunks);
}
