import { nanosOf } from './time.ts';

/** What is kept of one line: a container may write for ever without a line break. */
export const LINE_LIMIT = 256 * 1024;

const NEWLINE = 0x0a;

export interface Line {
  /** Nanoseconds since the epoch, by the clock of the node; undefined where the kubelet says something of its own. */
  readonly at: bigint | undefined;
  readonly text: string;
}

/** Collects the bytes of one line up to the limit, and counts the rest. */
class Collector {
  readonly #limit: number;
  #kept: Uint8Array[] = [];
  #size = 0;
  #cut = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get isEmpty(): boolean {
    return this.#size + this.#cut === 0;
  }

  add(bytes: Uint8Array): void {
    const room = this.#limit - this.#size;
    const part = bytes.subarray(0, room);
    if (part.length > 0) this.#kept.push(part);
    this.#size += part.length;
    this.#cut += bytes.length - part.length;
  }

  take(): Line {
    const text = Buffer.concat(this.#kept).toString('utf8');
    const line = lineOf(this.#cut > 0 ? `${text} … (${this.#cut} bytes more)` : text);
    this.#kept = [];
    this.#size = this.#cut = 0;
    return line;
  }
}

function lineOf(raw: string): Line {
  const space = raw.indexOf(' ');
  // A line of nothing has a time and no space behind it in some versions.
  const at = nanosOf(space < 0 ? raw : raw.slice(0, space));
  const text = at === undefined ? raw : space < 0 ? '' : raw.slice(space + 1);
  return { at, text: text.endsWith('\r') ? text.slice(0, -1) : text };
}

/**
 * Lines of a stream that was asked for with timestamps. Bytes are decoded line by line, so the border of a chunk inside a
 * character does no harm. The rest without a line break is a line where the stream has ended; where it broke, that throws
 * first, and whoever asks again gets the whole line.
 */
export async function* logLines(
  chunks: AsyncIterable<Uint8Array>,
  limit: number = LINE_LIMIT,
): AsyncGenerator<Line> {
  const collector = new Collector(limit);
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      collector.add(chunk.subarray(start, end));
      start = end + 1;
      yield collector.take();
    }
    collector.add(chunk.subarray(start));
  }
  if (!collector.isEmpty) yield collector.take();
}
