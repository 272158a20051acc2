import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Sql } from '../../database/sql.ts';
import { Notifications, type StandingMessage } from '../../notifications/notifications.service.ts';
import { subjectOf, transitionOf } from './message-keys.ts';
import type { Told } from './telling.ts';

/**
 * Alerts whose last message says what is the case: that it fires, or that it ended within a day. What a silence swallowed is
 * not among them. @internal
 */
export const STANDING = `
  SELECT id, transition, told FROM app.alerts WHERE state = 'firing' AND told = 'firing'
  UNION ALL
  SELECT id, transition, told FROM app.alerts
   WHERE state = 'resolved' AND told = 'resolved' AND resolved_at > now() - interval '1 day'`;

interface StandingRow extends Pick<Told, 'told' | 'transition'> {
  readonly id: string;
}

/** Lets people have what was given up about an alert that still fires, or its end, once a channel works again. */
@Injectable()
export class StandingAlerts implements OnModuleInit {
  constructor(private readonly notifications: Notifications) {}

  onModuleInit(): void {
    this.notifications.tellWhatStands(async (sql: Sql) =>
      (await sql.query<StandingRow>(STANDING)).flatMap(keysOf),
    );
  }
}

/** The last message about an alert that fires is its beginning or its escalation; each has a number of its own. */
function keysOf({ id, transition: number, told }: StandingRow): StandingMessage[] {
  const transitions = told === 'firing' ? (['firing', 'escalated'] as const) : (['resolved'] as const);
  return transitions.map((transition) => ({
    subjectKey: subjectOf(id),
    transition: transitionOf(number, transition),
  }));
}
