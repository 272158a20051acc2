import { z } from 'zod';
import type { HttpAnswer } from '../gateway/http-client.ts';
import { SourceError, type SourceErrorOptions } from '../source-error.ts';

/** The texts of AKTools' own 404s; the status alone says nothing. */
const UNKNOWN_FUNCTION = '未找到该接口';
const RETURNED_NONE = '该接口返回数据为空';
const KEY_ERROR = '请输入正确的参数错误';

const errorBody = z.object({ error: z.string() });

function failed(options: SourceErrorOptions): never {
  throw new SourceError('the answer', options);
}

function errorTextOf({ body }: HttpAnswer): string | undefined {
  try {
    return errorBody.safeParse(JSON.parse(body)).data?.error;
  } catch {
    return undefined;
  }
}

function notFound(answer: HttpAnswer): string {
  const error = errorTextOf(answer) ?? '';
  // A function that returns None has no rows, like one that returns an empty table.
  if (error.startsWith(RETURNED_NONE)) return '[]';
  if (error.startsWith(UNKNOWN_FUNCTION))
    failed({ failure: 'not_offered', cause: 'AKTools has no such function' });
  // A KeyError inside AkShare. Our parameters are checked, so it is a page of the upstream that has changed.
  if (error.startsWith(KEY_ERROR)) failed({ failure: 'upstream_failed', cause: error.slice(0, 200) });
  return failed({
    failure: 'contract',
    violation: 'unexpected_status',
    cause: 'a 404 that is not of AKTools',
  });
}

/** Statuses of a proxy whose AKTools is away. */
const NOBODY_BEHIND = new Set([502, 503, 504]);

/**
 * The body of a good answer; every other is told apart by what it says.
 * @throws SourceError
 */
export function bodyOf(answer: HttpAnswer): string {
  const { status } = answer;
  if (status === 200) return answer.body;
  if (status === 404) return notFound(answer);
  // Every exception but KeyError: a ban, a time-out behind it, a page that is not what it was.
  if (status === 500) return failed({ failure: 'upstream_failed', cause: 'AkShare raised an exception' });
  if (NOBODY_BEHIND.has(status))
    return failed({ failure: 'unreachable', cause: `status ${status} of a proxy` });
  return failed({ failure: 'contract', violation: 'unexpected_status', cause: `status ${status}` });
}
