import { applyDecorators, type Type } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBadRequestResponse,
  ApiConflictResponse,
  ApiForbiddenResponse,
  ApiInternalServerErrorResponse,
  ApiNotFoundResponse,
  ApiNotModifiedResponse,
  ApiOkResponse,
  ApiPayloadTooLargeResponse,
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
    ApiInternalServerErrorResponse(problem('the server failed; its log has the details under `requestId`')),
  ];
}

export const FACTORS_UNKNOWN = 'prices are to be adjusted and the ex-dates of the symbol are not known';

/** For routes that refuse to do more of a kind at once. */
export const TooManyAnswers = (of: string): MethodDecorator =>
  ApiTooManyRequestsResponse(problem(`too many ${of}; Retry-After says when to try again`));

/** The answers of a reading route; the options say what may be missing, and what may stand in the way. */
export function Answers(type: Type, options: { notFound?: string; conflict?: string } = {}): MethodDecorator {
  return applyDecorators(
    ApiOkResponse({ type }),
    ApiNotModifiedResponse({ description: 'the version in If-None-Match is still the newest' }),
    ...(options.conflict === undefined ? [] : [ApiConflictResponse(problem(options.conflict))]),
    ...failures(options.notFound),
  );
}

/** The answers of a route that orders work: 202 and what was ordered. */
export function AcceptedAnswers(type: Type, options: { notFound?: string } = {}): MethodDecorator {
  return applyDecorators(
    ApiAcceptedResponse({ type }),
    ApiUnauthorizedResponse(problem('the bootstrap token is missing or wrong')),
    ApiForbiddenResponse(problem('writing is switched off: the server has no bootstrap token')),
    ApiPayloadTooLargeResponse(problem('the body has more than 100 kB')),
    ApiUnsupportedMediaTypeResponse(problem('the body is not JSON')),
    ...failures(options.notFound),
  );
}

/** The answers of a route that decides about something: what was decided, or why it cannot be. */
export function DecisionAnswers(
  type: Type,
  options: { notFound: string; conflict?: string },
): MethodDecorator {
  return applyDecorators(
    ApiOkResponse({ type }),
    ...(options.conflict === undefined ? [] : [ApiConflictResponse(problem(options.conflict))]),
    ApiUnauthorizedResponse(problem('the bootstrap token is missing or wrong')),
    ApiForbiddenResponse(problem('writing is switched off: the server has no bootstrap token')),
    ...failures(options.notFound),
  );
}
