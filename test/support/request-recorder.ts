/** Writes down what passes a fault proxy: each request when it arrives, and what it was answered. */
import { createHash } from 'node:crypto';
import type { Exchange, ProxyReply } from './interceptors.ts';
import { objectKey, parseTarget } from './request-target.ts';
import { WriteLog, type RequestRecord } from './write-log.ts';

const hash = (body: Buffer): string => createHash('sha256').update(body).digest('hex').slice(0, 16);

interface Metadata {
  readonly name?: string;
  readonly resourceVersion?: string;
}

function parseMetadata(body: Buffer): Metadata {
  try {
    const object: { readonly metadata?: Metadata } = JSON.parse(body.toString('utf8'));
    return object.metadata ?? {};
  } catch {
    return {};
  }
}

export class RequestRecorder {
  readonly log = new WriteLog();
  readonly #started = performance.now();

  /** Numbers a request and enters it into the log. */
  open(method: string, path: string, body: Buffer): Exchange {
    const target = parseTarget(method, path);
    const isRead = target.verb === 'get' || target.verb === 'list' || target.verb === 'watch';
    const kind = isRead ? 'read' : target.resource === 'leases' ? 'lease' : 'write';
    const record: RequestRecord = {
      number: kind === 'read' ? undefined : this.log.nextNumber(kind),
      kind,
      verb: target.verb,
      object: objectKey(target, target.verb === 'create' ? parseMetadata(body).name : undefined),
      path,
      startedAt: performance.now() - this.#started,
      requestHash: isRead ? undefined : hash(body),
    };
    this.log.records.push(record);
    return { target, record, path, body };
  }

  /** The head of an answer whose body is streamed through. */
  streamed({ record }: Exchange, status: number): void {
    record.status = status;
    record.durationMs = performance.now() - this.#started - record.startedAt;
  }

  answered(exchange: Exchange, reply: ProxyReply): void {
    this.streamed(exchange, reply.status);
    const { record } = exchange;
    record.responseHash = hash(reply.body);
    const { resourceVersion } = parseMetadata(reply.body);
    if (resourceVersion !== undefined) record.resourceVersion = resourceVersion;
  }
}
