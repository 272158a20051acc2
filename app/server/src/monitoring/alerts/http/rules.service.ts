import { Inject, Injectable } from '@nestjs/common';
import { AuditLog } from '../../../audit/audit-log.service.ts';
import { currentUserId } from '../../../common/current-principal.ts';
import { ConflictError, InvalidParameterError, NotFoundError } from '../../../common/errors.ts';
import { ValidationFailedError } from '../../../common/validation.ts';
import { DATABASE } from '../../../database/database.module.ts';
import type { Database, Transaction } from '../../../database/sql.ts';
import { MetricHistory } from '../../history/metric-history.ts';
import { type AlertRule, type RuleDefinition, ruleDefinition, ruleName } from '../rules/definition.ts';
import { RuleSet } from '../rules/rule-set.ts';
import { contradictionsOf, doubtsAbout } from '../rules/sense.ts';
import type { RuleBody, RuleItem, RuleList, WrittenRule } from './rules.dto.ts';

/** Each is a question to the database at every evaluation. */
const MOST_RULES = 200;

/** Rules as people read and write them. */
@Injectable()
export class RulesService {
  constructor(
    @Inject(DATABASE) private readonly database: Database,
    private readonly rules: RuleSet,
    private readonly audit: AuditLog,
    private readonly history: MetricHistory,
  ) {}

  async list(): Promise<RuleList> {
    return { items: (await this.rules.all()).map(itemOf) };
  }

  /** @throws InvalidParameterError, ValidationFailedError; ConflictError where there are as many as there may be */
  async write(text: string, body: RuleBody): Promise<WrittenRule> {
    const name = nameOf(text);
    const definition = definitionOf(body, this.rules.defaultsOf(name, body.severity));
    const warnings = doubtsAbout(definition.condition, await this.history.metrics());
    return this.database.transaction(async (sql) => {
      const before = await this.known(sql);
      if (before.size >= MOST_RULES && !before.has(name))
        throw new ConflictError(`there are ${MOST_RULES} rules, and no more are evaluated; remove one`);
      const contradictions = contradictionsOf(name, definition, new Set(before.keys()));
      if (contradictions.length > 0) throw new ValidationFailedError(contradictions);
      const written = await this.rules.write(sql, name, definition, currentUserId());
      await this.audit.record(
        {
          action: 'alert-rule.write',
          object: { kind: 'alert-rule', id: name },
          before: { definition: textOf(before.get(name)) },
          after: { definition: textOf(definition) },
        },
        sql,
      );
      return Object.assign(itemOf(written), { warnings });
    });
  }

  /** @throws NotFoundError where nothing of people is stored under the name */
  async remove(text: string): Promise<void> {
    const name = nameOf(text);
    await this.database.transaction(async (sql) => {
      const before = await this.known(sql);
      if (!(await this.rules.remove(sql, name)))
        throw new NotFoundError(`there is no rule ${name} that somebody made or changed`);
      await this.audit.record(
        {
          action: 'alert-rule.remove',
          object: { kind: 'alert-rule', id: name },
          before: { definition: textOf(before.get(name)) },
        },
        sql,
      );
    });
  }

  private async known(sql: Transaction): Promise<Map<string, AlertRule>> {
    return new Map((await this.rules.all(sql)).map((rule) => [rule.name, rule]));
  }
}

function nameOf(text: string): string {
  const parsed = ruleName.safeParse(text);
  if (!parsed.success) throw new InvalidParameterError('name', parsed.error.issues[0]?.message ?? 'is wrong');
  return parsed.data;
}

function definitionOf(body: RuleBody, defaults: Partial<RuleDefinition>): RuleDefinition {
  const given = Object.entries(body).filter(([, value]) => value !== undefined);
  const parsed = ruleDefinition.safeParse({ ...defaults, ...Object.fromEntries(given) });
  if (parsed.success) return parsed.data;
  throw new ValidationFailedError(
    parsed.error.issues.map(({ path, message }) => ({ parameter: path.join('.'), detail: message })),
  );
}

/** Without the parts that are not of people's words. */
function itemOf({ exceptChannelOf: _, ...rule }: AlertRule): RuleItem {
  return rule;
}

function textOf(rule: RuleDefinition | AlertRule | undefined): string | undefined {
  return rule && JSON.stringify(ruleDefinition.parse(pick(rule)));
}

function pick(rule: RuleDefinition | AlertRule): Record<string, unknown> {
  return Object.fromEntries(Object.entries(rule).filter(([key]) => key in ruleDefinition.shape));
}
