import type { Clock } from '../../../common/clock.ts';
import { monitoring } from '../../../common/configuration/monitoring-schema.ts';
import type { Database } from '../../../database/sql.ts';
import { AlertEngine } from '../alert-engine.ts';
import type { AlertMessenger } from '../alert-message.ts';
import { AlertTiming } from '../alert-timing.ts';

const NOBODY: AlertMessenger = {
  reach: () => Promise.resolve(() => true),
  enqueue: () => Promise.resolve(),
  sendNow: () => Promise.reject(new Error('is not for the engine')),
  isTaken: () => false,
};

/** After whatever a test observes. */
const LATE: Clock = { now: () => new Date('2100-01-01T00:00:00Z') };

/** An engine of which a test says when it observes: it may miss some evaluations of a minute each. */
export function testEngine(sql: Database, messenger = NOBODY, clock = LATE): AlertEngine {
  const timing = new AlertTiming({ monitoring: monitoring.parse({ alerts: { evaluationSeconds: 60 } }) });
  return new AlertEngine(sql, messenger, { now: () => clock.now().getTime() }, timing);
}
