import { ApiError } from './errors.ts';
import { collectionPath, type ResourceType } from './resources.ts';
import type { Query, Transport } from './transport.ts';
import type { KubeList, KubeObject } from './types.ts';
import { asList, METADATA_ONLY_LIST, type ListPage } from './wire.ts';

export interface ListOptions {
  /** Absent: all namespaces. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  /** Page size. Default 500. */
  readonly limit?: number | undefined;
  /** At least this one; `'0'`: any version the server has in memory. Absent: the newest. */
  readonly resourceVersion?: string;
  /** Only apiVersion, kind and metadata of each item. */
  readonly metadataOnly?: boolean | undefined;
}

/** What becomes of each item as soon as its page is read, so that a long list never holds more than it keeps. */
type Shrink<T> = (item: T) => T;

const PAGE_SIZE = 500;
/** A list can be many megabytes from a busy server. */
const LIST_TIMEOUT_MS = 60_000;

/** All pages. A continue token that expires half-way restarts the list once, in one piece, as client-go's pager does. */
export async function listAll<T extends KubeObject>(
  transport: Transport,
  type: ResourceType<T>,
  options: ListOptions,
  signal: AbortSignal,
  shrink: Shrink<T> = (item) => item,
): Promise<KubeList<T>> {
  let page = await listPage(transport, type, options, options.limit ?? PAGE_SIZE, '', signal);
  const items = page.items.map(shrink);
  while (page.continueToken) {
    try {
      page = await listPage(transport, type, options, options.limit ?? PAGE_SIZE, page.continueToken, signal);
    } catch (error) {
      if (!(error instanceof ApiError) || !error.isExpired) throw error;
      page = await listPage(transport, type, options, 0, '', signal);
      return { ...page, items: page.items.map(shrink) };
    }
    for (const item of page.items) items.push(shrink(item));
  }
  return { items, resourceVersion: page.resourceVersion };
}

/** With a limit and no match the API server would take the version for the exact one that is wanted. */
function versionQuery(resourceVersion: string | undefined): Query {
  return resourceVersion ? { resourceVersion, resourceVersionMatch: 'NotOlderThan' } : { resourceVersion };
}

async function listPage<T extends KubeObject>(
  transport: Transport,
  type: ResourceType<T>,
  options: ListOptions,
  limit: number,
  continueToken: string,
  signal: AbortSignal,
): Promise<ListPage<T>> {
  const path = collectionPath(type, options.namespace);
  const answer = await transport.request(
    {
      method: 'GET',
      path,
      timeoutMs: LIST_TIMEOUT_MS,
      query: {
        labelSelector: options.labelSelector,
        fieldSelector: options.fieldSelector,
        limit: limit > 0 ? limit : undefined,
        // A continue token carries its version; both together are refused.
        ...(continueToken ? { continue: continueToken } : versionQuery(options.resourceVersion)),
      },
      ...(options.metadataOnly ? { accept: METADATA_ONLY_LIST } : {}),
    },
    signal,
  );
  return asList(type, answer, `GET ${path}`);
}
