/** What a request to the API server is about, read from its method and path as the API server itself reads them. */

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';

export interface RequestTarget {
  readonly verb: Verb;
  /** '' for the core group; undefined for paths that name no resource (discovery, /version, …). */
  readonly group: string | undefined;
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
}

const WRITES: Readonly<Record<string, Verb>> = {
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

function readVerb(method: string, named: boolean, query: URLSearchParams): Verb {
  const write = WRITES[method];
  if (write === 'delete' && !named) return 'deletecollection';
  if (write !== undefined) return write;
  if (query.get('watch') === 'true' || query.get('watch') === '1') return 'watch';
  return named ? 'get' : 'list';
}

/** `path` holds the query too. */
export function parseTarget(method: string, path: string): RequestTarget {
  const url = new URL(path, 'http://api');
  const parts = url.pathname.split('/').filter((part) => part !== '');
  const group =
    parts[0] === 'api' && parts.length > 2
      ? ''
      : parts[0] === 'apis' && parts.length > 3
        ? parts[1]
        : undefined;
  const rest = group === undefined ? [] : parts.slice(group === '' ? 2 : 3);
  const namespaced = rest[0] === 'namespaces' && rest.length > 2;
  const [resource, name, subresource] = namespaced ? rest.slice(2) : rest;
  return {
    verb: readVerb(method, name !== undefined, url.searchParams),
    group,
    resource: resource ?? url.pathname,
    namespace: namespaced ? rest[1] : undefined,
    name,
    subresource,
  };
}

/** `deployments.apps/NAME`, with `/status` and the like behind; the name of a create comes from its body. */
export function objectKey(target: RequestTarget, nameInBody?: string): string {
  const kind = target.group ? `${target.resource}.${target.group}` : target.resource;
  const parts = [kind, target.name ?? nameInBody, target.subresource];
  return parts.filter((part) => part !== undefined).join('/');
}
