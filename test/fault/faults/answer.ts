/** The API server refuses a write, does not answer, or answers too late. The operator lives on. */
import { setTimeout as sleep } from 'node:timers/promises';
import { CUT, HANG, statusReply, type Decision, type Exchange } from '../../support/interceptors.ts';
import type { Plan } from '../../support/plan.ts';
import type { RequestRecord } from '../../support/write-log.ts';
import { everyWrite, hitOf, writeAt, type Fault, type Hit, type Strike } from './fault.ts';

/** Long enough for any call here, short enough that a hang is over in seconds. */
const DEADLINE_MS = 4000;
/** Until the operator tries again, and a little. */
const RETRY_MS = 1500;

type When = 'beforeForward' | 'afterApply';
type Answer = (exchange: Exchange) => Decision;

function strikeWith(plan: Plan, when: When, answer: Answer, point: string): Strike {
  let fits = (_record: RequestRecord): boolean => false;
  let struck: Hit | undefined;
  let decision: Decision;
  const remove = plan.proxy.intercept({
    [when]: (exchange: Exchange) => {
      if (struck !== undefined || exchange.record.kind !== 'write' || !fits(exchange.record))
        return undefined;
      struck = hitOf(exchange.record);
      decision = answer(exchange);
      return decision;
    },
  });
  return {
    arm: () => (fits = writeAt(plan, point)),
    hit: () => struck,
    recover: async () => {
      // What hangs is tried again after its time, and it is quiet until then.
      if (decision === HANG) await sleep(DEADLINE_MS + RETRY_MS);
    },
    remove,
  };
}

const answerFault = (name: string, group: string, when: When, answer: Answer): Fault => ({
  name,
  group,
  options: { inProcess: { transport: { timeoutMs: DEADLINE_MS } } },
  moreWrites: 8,
  points: everyWrite,
  install: (plan, point) => strikeWith(plan, when, answer, point),
});

const refusal =
  (status: number, reason: string, message: string, headers: Record<string, string> = {}): Answer =>
  () => ({ kind: 'answer', reply: statusReply(status, reason, message, headers) });

/** 409 means two things: a create finds the name taken, anything else lost a race. */
const conflict: Answer = ({ target }) => ({
  kind: 'answer',
  reply:
    target.verb === 'create'
      ? statusReply(409, 'AlreadyExists', `${target.resource} "fault" already exists`)
      : statusReply(409, 'Conflict', `Operation cannot be fulfilled on ${target.resource} "fault"`),
});

const TIMEOUT = refusal(504, 'Timeout', 'request did not complete within the allotted timeout');

export const ANSWERS: readonly Fault[] = [
  answerFault('answer-401', 'refused', 'beforeForward', refusal(401, 'Unauthorized', 'Unauthorized')),
  answerFault(
    'answer-403',
    'refused',
    'beforeForward',
    refusal(403, 'Forbidden', 'the write is forbidden: User "fault" cannot do it'),
  ),
  answerFault('answer-409', 'refused', 'beforeForward', conflict),
  answerFault(
    'answer-429',
    'refused',
    'beforeForward',
    refusal(429, 'TooManyRequests', 'too many requests, please try again later', { 'retry-after': '1' }),
  ),
  answerFault(
    'answer-500',
    'refused',
    'beforeForward',
    refusal(500, 'InternalError', 'etcd lost its leader'),
  ),
  answerFault('answer-503', 'refused', 'beforeForward', refusal(503, 'ServiceUnavailable', 'shutting down')),
  answerFault('answer-504', 'refused', 'beforeForward', TIMEOUT),
  answerFault('answer-504-applied', 'unknown outcome', 'afterApply', TIMEOUT),
  answerFault('cut-applied', 'unknown outcome', 'afterApply', () => CUT),
  answerFault('hang', 'unknown outcome', 'beforeForward', () => HANG),
];
