import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import { existsSync } from 'node:fs';
import { extname, join, resolve, sep } from 'node:path';

const NOT_BUILT =
  'The web page is not built. Run `npm start`, or `npx vite build` in app/web, or set WEB_ROOT.\n';

const TEXTS_WITHOUT_ENCODING: Readonly<Record<string, string>> = {
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
};

/** Vite puts a hash into every name below assets/, so these files never change; the page itself is always asked for. */
function cacheControl(path: string): string {
  return path.includes(`${sep}assets${sep}`) ? 'public, max-age=31536000, immutable' : 'no-cache';
}

/** Files that are text say so; the types of SVG and of the manifest carry no encoding by themselves. */
function setHeaders(response: Response, path: string): void {
  response.setHeader('Cache-Control', cacheControl(path));
  const type = TEXTS_WITHOUT_ENCODING[extname(path)];
  if (type !== undefined) response.setHeader('Content-Type', `${type}; charset=utf-8`);
}

/** Serves the built page from `webRoot`, by default app/web/dist beside this workspace. */
export function serveWebPage(app: NestExpressApplication, webRoot: string | undefined): void {
  const root = resolve(webRoot ?? join(import.meta.dirname, '../../web/dist'));
  if (existsSync(join(root, 'index.html'))) {
    app.useStaticAssets(root, {
      index: ['index.html'],
      redirect: false,
      setHeaders,
    });
    return;
  }
  app.use((request: Request, response: Response, next: NextFunction) => {
    if (request.path !== '/' && request.path !== '/index.html') next();
    else response.status(404).type('text/plain').send(NOT_BUILT);
  });
}
