import { closeSync, openSync, readSync } from 'node:fs';
import { z } from 'zod';

const BLOCK = 512;
const Manifests = z.array(z.object({ Config: z.string(), Layers: z.array(z.string()) }));
const Config = z.object({ rootfs: z.object({ diff_ids: z.array(z.string()) }) });

interface TarEntry {
  readonly size: number;
  readonly offset: number;
}

/** One layer of an image as its archive holds it. */
export interface Layer {
  /** sha256 of the uncompressed layer: the same wherever the layer is shared */
  readonly diffId: string;
  readonly bytes: number;
}

export interface ArchivedImage {
  /** sha256 of the image's configuration: what `docker images --digests` and CRI call the image id */
  readonly id: string;
  readonly layers: readonly Layer[];
}

function text(block: Buffer, start: number, length: number): string {
  const end = block.indexOf(0, start);
  return block.toString('utf8', start, end === -1 || end > start + length ? start + length : end);
}

/** Size field of a tar header: octal text, or base 256 for files beyond 8 GiB. */
function sizeOf(header: Buffer): number {
  if (((header[124] ?? 0) & 0x80) === 0) return Number.parseInt(text(header, 124, 12).trim() || '0', 8);
  return Number(header.readBigUInt64BE(128));
}

function readAt(file: number, offset: number, length: number): Buffer {
  const buffer = Buffer.alloc(length);
  const read = readSync(file, buffer, 0, length, offset);
  return buffer.subarray(0, read);
}

/** Index of a tar file by entry name, read from its headers alone. */
function indexTar(file: number): Map<string, TarEntry> {
  const entries = new Map<string, TarEntry>();
  for (let offset = 0; ;) {
    const header = readAt(file, offset, BLOCK);
    if (header.length < BLOCK || header.every((byte) => byte === 0)) return entries;
    const size = sizeOf(header);
    entries.set(text(header, 0, 100), { size, offset: offset + BLOCK });
    offset += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
}

/**
 * Reads id and layers of the one image in a docker-archive.
 * @throws Error when the file is no docker-archive or was cut off
 */
export function readArchive(path: string): ArchivedImage {
  const file = openSync(path, 'r');
  try {
    const index = indexTar(file);
    const content = (name: string): string => {
      const entry = index.get(name);
      if (!entry) throw new Error(`${path} is no docker-archive: it lacks ${name}`);
      return readAt(file, entry.offset, entry.size).toString('utf8');
    };
    const [manifest] = Manifests.parse(JSON.parse(content('manifest.json')));
    if (!manifest) throw new Error(`${path} holds no image`);
    const config = Config.parse(JSON.parse(content(manifest.Config)));
    const layers = config.rootfs.diff_ids.map((diffId, position) => {
      const entry = index.get(manifest.Layers[position] ?? '');
      if (!entry) throw new Error(`${path} lacks the layer ${diffId}`);
      return { diffId, bytes: entry.size };
    });
    return { id: /[0-9a-f]{64}/.exec(manifest.Config)?.[0] ?? manifest.Config, layers };
  } finally {
    closeSync(file);
  }
}

function sum(layers: readonly Layer[]): number {
  return layers.reduce((bytes, layer) => bytes + layer.bytes, 0);
}

/** Bytes of all layers, and of those that the base does not bring. */
export function layerBytes(
  image: ArchivedImage,
  baseDiffIds: readonly string[],
): { total: number; own: number } {
  const own = image.layers.filter((layer) => !baseDiffIds.includes(layer.diffId));
  return { total: sum(image.layers), own: sum(own) };
}
