import { ProblemError } from '../http.ts';

/** A refusal by the page itself, to stand next to the field. */
export const fieldProblem = (parameter: string, detail: string): ProblemError =>
  new ProblemError(400, 'invalid-parameter', detail, { errors: [{ parameter, detail }] });
