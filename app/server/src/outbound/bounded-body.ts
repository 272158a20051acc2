import { type Readable, type Transform, pipeline } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { OutboundError } from './outbound-error.ts';

const DECODERS: ReadonlyMap<string, () => Transform> = new Map<string, () => Transform>([
  ['gzip', createGunzip],
  ['x-gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
]);

/** Nothing but identity is asked for; some servers compress all the same. One layer is undone, a bomb has more. */
function decoderOf(encoding: string): Transform | undefined {
  const layers = encoding
    .toLowerCase()
    .split(',')
    .map((layer) => layer.trim())
    .filter((layer) => layer !== '' && layer !== 'identity');
  if (layers.length === 0) return undefined;
  const create = layers.length === 1 ? DECODERS.get(layers[0] ?? '') : undefined;
  if (create === undefined)
    throw new OutboundError('undecodable', `the answer is encoded as ${layers.join(', ').slice(0, 40)}`);
  return create();
}

function isDamaged(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^(Z_|ERR__ERROR_|ERR_BROTLI)/.test(String(error.code));
}

async function* bounded(source: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Buffer> {
  let size = 0;
  for await (const chunk of source) {
    size += chunk.length;
    if (size > maxBytes) throw new OutboundError('too-large', `the answer has more than ${maxBytes} bytes`);
    yield chunk;
  }
}

/**
 * The decoded body, of at most `maxBytes` before and after decoding; what comes after is not waited for, and never held.
 * @throws OutboundError `too-large` or `undecodable`; what the connection said
 */
export async function readBounded(
  body: Readable,
  headers: { readonly length: string | undefined; readonly encoding: string | undefined },
  maxBytes: number,
): Promise<Buffer> {
  // Destroying a body makes it emit an error that nobody else would listen to.
  body.on('error', () => undefined);
  try {
    if (Number(headers.length ?? 0) > maxBytes)
      throw new OutboundError('too-large', `the answer has more than ${maxBytes} bytes`);
    const decoder = decoderOf(headers.encoding ?? '');
    const decoded: AsyncIterable<Buffer> =
      decoder === undefined
        ? body
        : pipeline(
            body,
            (source: AsyncIterable<Buffer>) => bounded(source, maxBytes),
            decoder,
            () => undefined,
          );
    const chunks: Buffer[] = [];
    for await (const chunk of bounded(decoded, maxBytes)) chunks.push(chunk);
    return Buffer.concat(chunks);
  } catch (error) {
    throw isDamaged(error) ? new OutboundError('undecodable', 'the answer is damaged', error) : error;
  } finally {
    body.destroy();
  }
}
