import { METHODS } from 'node:http';
import { Reflector, MetadataScanner, ModulesContainer } from '@nestjs/core';
import { RequestMethod, type INestApplication } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { ACCESS_RULE, type AccessRule } from '../common/access.ts';

/** What of Express's router is read here. */
interface Layer {
  readonly route?: { readonly path: string; readonly methods: Readonly<Record<string, boolean>> };
}

/** A handler of a controller, and who may use it. */
export interface Handler {
  /** `GET /api/v1/bars/{symbol}`, as OpenAPI writes it. */
  readonly route: string;
  /** `BarsController.list`. */
  readonly name: string;
  /** Undefined: nobody said it. */
  readonly rule: AccessRule | undefined;
}

const templateOf = (path: string): string => path.replaceAll(/:(\w+)/g, '{$1}');

/**
 * Every pair of method and path that the running application's router knows, sorted. Nest registers middleware of modules
 * as a route of every method, one method at a time: what has nearly all of them answers nothing. A handler for every
 * method (`@All`) is seen by `handlersOf`.
 */
export function registeredRoutes(app: NestExpressApplication): string[] {
  const { router } = app.getHttpAdapter().getInstance() as unknown as { router: { stack: readonly Layer[] } };
  const routes = router.stack
    .flatMap(({ route }) => (route ? [route] : []))
    .filter(({ methods }) => Object.keys(methods).length < METHODS.length / 2)
    .flatMap(({ path, methods }) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${templateOf(path)}`),
    );
  // That middleware is registered once more under the method of a path without the global prefix.
  return [...new Set(routes)].toSorted();
}

/** Every pair that an OpenAPI document describes, sorted. */
export function describedRoutes(document: { readonly paths: Readonly<Record<string, object>> }): string[] {
  return Object.entries(document.paths)
    .flatMap(([path, item]) => Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`))
    .toSorted();
}

const partsOf = (path: unknown): string[] =>
  (Array.isArray(path) ? path : [path]).map((one) => (typeof one === 'string' ? one : ''));

const join = (...parts: readonly string[]): string =>
  `/${parts.flatMap((part) => part.split('/').filter(Boolean)).join('/')}`;

/** All handlers of all controllers with their rules; `prefix` stands before those that are registered with it. */
export function handlersOf(app: NestExpressApplication & INestApplication, prefix: string): Handler[] {
  const registered = new Set(registeredRoutes(app));
  const reflector = new Reflector();
  const scanner = new MetadataScanner();
  const modules = [...app.get(ModulesContainer).values()];
  const controllers = modules.flatMap((module) => Array.from(module.controllers.values()));
  return controllers.flatMap(({ metatype }) => {
    if (typeof metatype !== 'function') return [];
    const prototype = metatype.prototype as Record<string, (...values: never[]) => unknown>;
    return scanner.getAllMethodNames(prototype).flatMap((method) => {
      const handler = prototype[method];
      const verb = handler && (Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined);
      if (handler === undefined || verb === undefined) return [];
      const rule = reflector.getAllAndOverride<AccessRule | undefined>(ACCESS_RULE, [handler, metatype]);
      const paths = partsOf(Reflect.getMetadata(PATH_METADATA, metatype)).flatMap((base) =>
        partsOf(Reflect.getMetadata(PATH_METADATA, handler)).map((own) => templateOf(join(base, own))),
      );
      return paths.map((path) => {
        const prefixed = `${RequestMethod[verb]} ${join(prefix, path)}`;
        const route = registered.has(prefixed) ? prefixed : `${RequestMethod[verb]} ${path}`;
        return { route, name: `${metatype.name}.${method}`, rule };
      });
    });
  });
}
