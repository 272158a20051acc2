import { type CanActivate, type ExecutionContext, Inject, Injectable, SetMetadata } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import { Reflector } from '@nestjs/core';
import express, { type Request, type RequestHandler, type Response } from 'express';
import { MIMEType } from 'node:util';
import { CONFIGURATION, type Configuration } from '../configuration/configuration.ts';
import { DomainError, InvalidParameterError } from '../errors.ts';
import { refuseKeys } from '../validation.ts';
import { parseJsonBody } from './json-body.ts';

const BODY_LIMIT = 'body-limit';

/** The most bytes that the body of this route may have, instead of `security.bodyLimitBytes`. */
export const BodyLimit = (bytes: number): MethodDecorator => SetMetadata(BODY_LIMIT, bytes);

class UnsupportedBodyError extends DomainError {
  readonly kind = 'unsupported-media-type';
  readonly status = 415;
  readonly title = 'Unsupported Media Type';
}

class BodyTooLargeError extends DomainError {
  readonly kind = 'payload-too-large';
  readonly status = 413;
  readonly title = 'Payload Too Large';
}

/** A body that is not JSON would be ignored without a word, and the request carried out as if it had none. */
function refuseForeign(request: Request): void {
  if (request.is('json') === false)
    throw new UnsupportedBodyError('the body must be JSON: send Content-Type: application/json');
  const charset = new MIMEType(request.headers['content-type'] ?? '').params.get('charset') ?? 'utf-8';
  if (charset.toLowerCase() !== 'utf-8') throw new UnsupportedBodyError('the body must be in UTF-8');
  // A few kilobytes can unpack to gigabytes.
  if ((request.headers['content-encoding'] ?? 'identity').toLowerCase() !== 'identity')
    throw new UnsupportedBodyError('the body must not be compressed');
}

/** Whether the handler has a parameter that is the body; where it has none, no pipe ever sees what was sent. */
function takesBody(context: ExecutionContext): boolean {
  const parameters: object =
    Reflect.getMetadata(ROUTE_ARGS_METADATA, context.getClass(), context.getHandler().name) ?? {};
  return Object.keys(parameters).some((key) => key.startsWith(`${RouteParamtypes.BODY}:`));
}

/** What nobody reads was meant for something else: refused by name, as any unknown key. */
function refuseUnread(body: unknown): void {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new InvalidParameterError('body', 'must not be sent with this request');
  refuseKeys(Object.keys(body));
}

const tooLarge = (limit: number): BodyTooLargeError =>
  new BodyTooLargeError(`the body must have at most ${limit} bytes`);

function isTooLarge(error: unknown): boolean {
  return error instanceof Error && 'type' in error && error.type === 'entity.too.large';
}

/**
 * Reads the body when it is clear that the request may be carried out: whoever may not makes us store nothing. The last
 * guard, so that all others have spoken.
 */
@Injectable()
export class BodyGuard implements CanActivate {
  private readonly readers = new Map<number, RequestHandler>();

  constructor(
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    const { 'transfer-encoding': chunked, 'content-length': length } = request.headers;
    if (chunked === undefined && Number(length ?? 0) === 0) return true;
    refuseForeign(request);
    const limit =
      this.reflector.get<number | undefined>(BODY_LIMIT, context.getHandler()) ??
      this.configuration.security.bodyLimitBytes;
    // Who says so beforehand need not send it all to hear it.
    if (Number(length ?? 0) > limit) throw tooLarge(limit);
    const bytes = await this.read(request, http.getResponse<Response>(), limit);
    request.body = bytes.length === 0 ? undefined : parseJsonBody(bytes);
    if (request.body !== undefined && !takesBody(context)) refuseUnread(request.body);
    return true;
  }

  private async read(request: Request, response: Response, limit: number): Promise<Uint8Array> {
    let read = this.readers.get(limit);
    if (read === undefined) {
      read = express.raw({ type: () => true, limit, inflate: false });
      this.readers.set(limit, read);
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    await read(request, response, (error?: unknown) => (error === undefined ? resolve() : reject(error)));
    try {
      await promise;
    } catch (error) {
      if (isTooLarge(error)) throw tooLarge(limit);
      throw error;
    }
    return request.body instanceof Uint8Array ? request.body : new Uint8Array();
  }
}
