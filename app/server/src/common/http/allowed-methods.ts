import type { ServerResponse } from 'node:http';
import { MethodNotAllowedError, NotFoundError } from '../errors.ts';

/** What of a request decides. */
interface Asked {
  readonly path: string;
  readonly method: string;
}

interface Resource {
  readonly template: string;
  readonly pattern: RegExp;
  readonly methods: readonly string[];
}

/** The part of an OpenAPI document that says what there is: path template → method → operation. */
type Paths = Readonly<Record<string, object>>;

const OPERATIONS = new Set(['get', 'put', 'post', 'delete', 'patch']);

function patternOf(template: string): RegExp {
  const parts = template
    .split(/\{\w+\}/)
    .map((part) => part.replaceAll(/[.*+?^$()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('[^/]+')}/?$`, 'i');
}

function resourceOf(template: string, item: object): Resource {
  const methods = Object.keys(item)
    .filter((name) => OPERATIONS.has(name))
    .map((name) => name.toUpperCase());
  return {
    template,
    pattern: patternOf(template),
    methods: [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'],
  };
}

/** Who forgot the last part of a path learns what belongs there; undefined: nothing does. */
function longerThan({ method, path }: Asked, resources: readonly Resource[]): NotFoundError | undefined {
  const short = path.replace(/\/$/, '').toLowerCase();
  const longer = resources.find(({ template }) => template.replace(/\/\{\w+\}$/, '').toLowerCase() === short);
  return longer && new NotFoundError(`there is nothing at ${method} ${path}; there is ${longer.template}`);
}

/**
 * Answers a method that a known path does not have with 405 and what it has in `Allow`, and OPTIONS with the same list;
 * the router alone knows only pairs of method and path, and would say that there is nothing at all. A path that lacks its
 * last part is told it.
 */
export function allowedMethods(
  paths: Paths,
): (request: Asked, response: ServerResponse, next: (error?: unknown) => void) => void {
  const resources = Object.entries(paths).map(([template, item]) => resourceOf(template, item));
  return (request, response, next) => {
    const found = resources.filter(({ pattern }) => pattern.test(request.path));
    if (found.length === 0) return next(longerThan(request, resources));
    const allowed = [...new Set(found.flatMap(({ methods }) => methods))].toSorted();
    if (!allowed.includes(request.method)) return next(new MethodNotAllowedError(request.method, allowed));
    if (request.method !== 'OPTIONS') return next();
    response.writeHead(204, { Allow: allowed.join(', ') }).end();
  };
}
