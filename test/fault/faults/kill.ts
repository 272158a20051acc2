/** The operator dies at a write: before it goes on, after it was applied but before the reply, after the reply. */
import { atWrite, POSITIONS, type Position } from '../../support/interceptors.ts';
import type { Plan, PlanOptions } from '../../support/plan.ts';
import type { RequestRecord } from '../../support/write-log.ts';
import { everyWrite, hitOf, writeAt, type Fault, type Hit, type Strike } from './fault.ts';

function strikeAt(plan: Plan, position: Position, point: string): Strike {
  let fits = (_record: RequestRecord): boolean => false;
  let killedAt: Hit | undefined;
  const remove = plan.proxy.intercept(
    atWrite(
      ({ record }) => killedAt === undefined && fits(record),
      position,
      ({ record }) => {
        plan.operator.kill('SIGKILL');
        plan.proxy.cutConnections();
        killedAt = hitOf(record);
      },
    ),
  );
  return {
    arm: () => (fits = writeAt(plan, point)),
    hit: () => killedAt,
    recover: async () => {
      await plan.operator.exited();
      await plan.restartOperator();
    },
    remove,
  };
}

const killFault = (how: string, position: Position, options: PlanOptions): Fault => ({
  name: `${how}-${position}`,
  group: `${how} ${position}`,
  options,
  moreWrites: 10,
  points: everyWrite,
  install: (plan, point) => strikeAt(plan, position, point),
});

/** Inside the test process, where the proxy makes the end: a second of start-up less for each of two operators. */
export const CRASHES: readonly Fault[] = POSITIONS.map((position) =>
  killFault('crash', position, { inProcess: {} }),
);

/** A process of its own, ended by a real SIGKILL. */
export const SIGKILLS: readonly Fault[] = POSITIONS.map((position) => killFault('sigkill', position, {}));
