import { applyDecorators, HttpCode, type Type } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiConflictResponse,
  ApiForbiddenResponse,
  ApiInternalServerErrorResponse,
  ApiNotFoundResponse,
  ApiNotModifiedResponse,
  ApiOkResponse,
  ApiPayloadTooLargeResponse,
  ApiResponse,
  type ApiResponseNoStatusOptions,
  ApiServiceUnavailableResponse,
  ApiTooManyRequestsResponse,
  ApiUnauthorizedResponse,
  ApiUnsupportedMediaTypeResponse,
} from '@nestjs/swagger';
import { Problem, PROBLEM_CONTENT_TYPE } from './problem.ts';

function problem(description: string): ApiResponseNoStatusOptions {
  const schema = { $ref: `#/components/schemas/${Problem.name}` };
  return { description, content: { [PROBLEM_CONTENT_TYPE]: { schema } } };
}

/** What any route can answer instead. */
function failures(notFound: string | undefined): MethodDecorator[] {
  return [
    ApiBadRequestResponse(problem('a parameter is malformed or unknown; `errors` names it')),
    ...(notFound === undefined ? [] : [ApiNotFoundResponse(problem(notFound))]),
    ApiServiceUnavailableResponse(
      problem(
        'the database does not answer, or the first load of market data has not ended; see Retry-After',
      ),
    ),
    ApiTooManyRequestsResponse(problem('asked too often; see Retry-After')),
    ApiInternalServerErrorResponse(problem('the server failed; its log has the details under `requestId`')),
  ];
}

export const FACTORS_UNKNOWN = 'prices are to be adjusted and the ex-dates of the symbol are not known';

/** The answers of a reading route; the options say what may be missing, and what may stand in the way. */
export function Answers(type: Type, options: { notFound?: string; conflict?: string } = {}): MethodDecorator {
  return applyDecorators(
    ApiOkResponse({ type }),
    ApiNotModifiedResponse({ description: 'the version in If-None-Match is still the newest' }),
    ...(options.conflict === undefined ? [] : [ApiConflictResponse(problem(options.conflict))]),
    ...failures(options.notFound),
  );
}

/** The answers of a reading route whose answer describes itself. */
export function DocumentAnswers(): MethodDecorator {
  const schema = { type: 'object' };
  return applyDecorators(
    ApiOkResponse({ content: { 'application/json': { schema } } }),
    ApiNotModifiedResponse({ description: 'the version in If-None-Match is still the newest' }),
    ...failures(undefined),
  );
}

/** Statuses of an answer that carries what was changed, or nothing. */
type DoneStatus = 200 | 201 | 202 | 204;

interface GuardedOptions {
  readonly status?: DoneStatus;
  readonly description?: string;
  readonly notFound?: string;
  readonly conflict?: string;
}

/** Why somebody is not let in. */
function refusals(): MethodDecorator[] {
  return [
    ApiUnauthorizedResponse(problem('nobody is signed in, and no API key was sent')),
    ApiForbiddenResponse(
      problem(
        'the role, the scope of the API key, the CSRF token or a fresh password is missing; see `type`',
      ),
    ),
  ];
}

/** The answers of a route that hands out a file, of one of these media types, to some. */
export function GuardedFileAnswers(mediaTypes: readonly string[], notFound?: string): MethodDecorator {
  const schema = { type: 'string', format: 'binary' };
  const content = Object.fromEntries(mediaTypes.map((mediaType) => [mediaType, { schema }]));
  return applyDecorators(ApiOkResponse({ content }), ...refusals(), ...failures(notFound));
}

/** The answers of a route that only some may use: what came of it, or why it was refused. */
export function GuardedAnswers(type: Type | undefined, options: GuardedOptions = {}): MethodDecorator {
  const { status = type === undefined ? 204 : 200, description = '', notFound, conflict } = options;
  return applyDecorators(
    HttpCode(status),
    ApiResponse({ status, description, ...(type === undefined ? {} : { type }) }),
    ...(conflict === undefined ? [] : [ApiConflictResponse(problem(conflict))]),
    ...refusals(),
    ApiPayloadTooLargeResponse(problem('the body is larger than the limit')),
    ApiUnsupportedMediaTypeResponse(problem('the body is not JSON')),
    ...failures(notFound),
  );
}
