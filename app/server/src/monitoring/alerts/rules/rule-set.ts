import { Inject, Injectable, Logger } from '@nestjs/common';
import { CLOCK, type Clock } from '../../../common/clock.ts';
import { CONFIGURATION, type Configuration } from '../../../common/configuration/configuration.ts';
import { DATABASE } from '../../../database/database.module.ts';
import type { Database, Sql, Transaction } from '../../../database/sql.ts';
import { builtinRules, escalationOf } from './builtin.ts';
import { type AlertRule, type RuleDefinition, ruleDefinition } from './definition.ts';

const MINUTE_SECONDS = 60;

interface StoredRule {
  readonly name: string;
  readonly definition: unknown;
}

/** The rules of the platform, what people changed of them, and their own. */
@Injectable()
export class RuleSet {
  private readonly logger = new Logger('Alerts');
  readonly builtin: readonly AlertRule[];
  private readonly escalateAfterSeconds: number;

  constructor(
    @Inject(CONFIGURATION) { monitoring: { alerts } }: Configuration,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(DATABASE) private readonly database: Database,
  ) {
    this.escalateAfterSeconds = alerts.escalateMinutes * MINUTE_SECONDS;
    this.builtin = builtinRules(this.escalateAfterSeconds, alerts.cooldownSeconds);
  }

  /**
   * What a rule means that leaves it out, where that is not the same for all rules: one of the platform stays as it was
   * built, and whatever is critical is escalated.
   */
  defaultsOf(name: string, severity: unknown): Partial<RuleDefinition> {
    const escalateAfterSeconds = escalationOf(severity, this.escalateAfterSeconds);
    const builtin = this.builtin.find((rule) => rule.name === name);
    if (builtin === undefined) return { escalateAfterSeconds };
    const { forSeconds, keepFiringSeconds, cooldownSeconds, inhibitedBy } = builtin;
    return { forSeconds, keepFiringSeconds, cooldownSeconds, inhibitedBy, escalateAfterSeconds };
  }

  /** All rules, by name. A stored one that a newer schema does not understand is logged and left out. */
  async all(sql: Sql = this.database): Promise<AlertRule[]> {
    const stored = await sql.query<StoredRule>('SELECT name, definition FROM app.alert_rules');
    const rules = new Map(this.builtin.map((rule) => [rule.name, rule]));
    for (const { name, definition } of stored) {
      const parsed = ruleDefinition.safeParse(definition);
      if (parsed.success) rules.set(name, this.ruleOf(name, parsed.data));
      else this.logger.error(`the stored rule ${name} is not understood: ${parsed.error.issues[0]?.message}`);
    }
    return [...rules.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** The rule of a name as it is stored or built in; undefined where there is none. */
  async find(name: string, sql: Sql = this.database): Promise<AlertRule | undefined> {
    return (await this.all(sql)).find((rule) => rule.name === name);
  }

  async write(sql: Transaction, name: string, definition: RuleDefinition, by: string): Promise<AlertRule> {
    await sql.query(
      `INSERT INTO app.alert_rules (name, definition, updated_at, updated_by) VALUES ($1, $2, $3, $4)
       ON CONFLICT (name) DO UPDATE
         SET definition = excluded.definition, updated_at = excluded.updated_at, updated_by = excluded.updated_by`,
      [name, definition, this.clock.now(), by],
    );
    return this.ruleOf(name, definition);
  }

  /** @returns whether there was one: a rule of the platform is then as it was built */
  async remove(sql: Transaction, name: string): Promise<boolean> {
    const rows = await sql.query('DELETE FROM app.alert_rules WHERE name = $1 RETURNING name', [name]);
    return rows.length > 0;
  }

  private ruleOf(name: string, definition: RuleDefinition): AlertRule {
    const builtin = this.builtin.find((rule) => rule.name === name);
    return {
      ...definition,
      name,
      origin: builtin === undefined ? 'own' : 'changed',
      exceptChannelOf: builtin?.exceptChannelOf,
    };
  }
}
