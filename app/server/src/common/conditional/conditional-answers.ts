import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { Request, Response } from 'express';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { mergeMap, type Observable } from 'rxjs';
import { codeFingerprint } from './code-fingerprint.ts';
import { Turns } from './turns.ts';
import { Versioned } from './versioned.ts';

/** The root of the program, whatever folder it was compiled into. */
const PROGRAM = join(import.meta.dirname, '../..');

/** At about 30 ms each they wait for 3 s at most. */
const MOST_LONG_ANSWERS = 100;

/** A strong entity tag (RFC 9110, 8.8.3): the same data, URL and program make the same bytes. */
export function entityTag(program: string, version: string, url: string): string {
  const digest = createHash('sha256').update(`${program}\n${version}\n${url}`).digest('base64url');
  return `"${digest.slice(0, 27)}"`;
}

/** Answers 304 to who has the version already, before the body is made; what has no version passes through. */
@Injectable()
export class ConditionalAnswers implements NestInterceptor {
  private readonly program = codeFingerprint(PROGRAM);
  private readonly turns = new Turns(MOST_LONG_ANSWERS);

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    const response = http.getResponse<Response>();
    return next
      .handle()
      .pipe(mergeMap(async (answer: unknown) => this.answerOnce(answer, request, response)));
  }

  private answerOnce(answer: unknown, request: Request, response: Response): unknown {
    if (!(answer instanceof Versioned)) return answer;
    response.setHeader('ETag', entityTag(this.program, answer.version, request.originalUrl));
    // `fresh` reads If-None-Match against the headers of the answer, as Express does itself when it sends.
    if (request.fresh) {
      response.status(304);
      return undefined;
    }
    if (!answer.isLong) return answer.body();
    // Who has gone in the meantime gets nothing made.
    return this.turns.take(() => (response.closed ? undefined : answer.body()));
  }
}
