import { instantOf } from '../../accounts/audit-filter.ts';
import { Field, SelectField } from '../../forms/field.tsx';
import { fieldProblem } from '../../forms/field-problem.ts';
import { type Values } from '../../forms/form.tsx';
import { Free, List } from '../../forms/list.tsx';
import { type FilterFields, instant, matching, oneOf, readFilterOf } from '../address-filter.ts';
import { Filter, Listed, listOf, type Query, Unread, usePagedList } from '../list-page.tsx';
import { alerts } from '../routes.ts';
import { AlertStateTag, SeverityTag } from '../tag.tsx';
import { type Alert, SEVERITIES } from '../types.ts';
import { clockText, secondsText } from '../units.ts';
import { writeWhere } from '../where.ts';
import { alertStateText, severityText } from '../words.ts';
import { matchersText } from './matchers.ts';
import { localOf } from './times.ts';

const STATES = ['active', 'pending', 'firing', 'resolved'] as const;

const RULE = /^[A-Za-z0-9]{1,64}$/;

const FIELDS: FilterFields = {
  state: oneOf('状态', STATES),
  severity: oneOf('级别', SEVERITIES),
  rule: matching('规则', RULE),
  from: instant('开始于此后'),
  to: instant('开始于此前'),
};

/** @throws ProblemError for what the server would refuse */
function readFilter(values: Values): Query {
  const rule = values.optional('rule');
  if (rule !== undefined && !RULE.test(rule)) throw fieldProblem('rule', '只有字母和数字');
  const from = instantOf(values.text('from'));
  const to = instantOf(values.text('to'));
  if (from !== undefined && to !== undefined && from >= to) throw fieldProblem('to', '“从”要早于“到”');
  return { state: values.text('state'), severity: values.text('severity'), rule, from, to };
}

function AlertFilter({ query }: { readonly query: Query }) {
  return (
    <Filter section="alerts" query={query} read={readFilter}>
      <SelectField
        name="state"
        label="状态"
        options={[['', '全部'], ...STATES.map((state) => [state, alertStateText(state)] as const)]}
        defaultValue={query['state']}
      />
      <SelectField
        name="severity"
        label="级别"
        options={[['', '全部'], ...SEVERITIES.map((one) => [one, severityText(one)] as const)]}
        defaultValue={query['severity']}
      />
      <Field name="rule" label="规则" defaultValue={query['rule']} isOptional />
      <Field
        name="from"
        label="开始于此后"
        kind="datetime-local"
        defaultValue={localOf(query['from'])}
        isOptional
      />
      <Field
        name="to"
        label="开始于此前"
        kind="datetime-local"
        defaultValue={localOf(query['to'])}
        isOptional
      />
    </Filter>
  );
}

/** How long it was, or has been, the case. */
function lengthText({ startsAt, endsAt }: Alert, now: Date): string {
  const end = endsAt === null ? now.getTime() : Date.parse(endsAt);
  return secondsText(Math.max(0, Math.round((end - Date.parse(startsAt)) / 1000)));
}

export function AlertsPage({ query: given }: { readonly query: Query }) {
  const { query, unread } = readFilterOf(given, FIELDS);
  const { live, buttons } = usePagedList('告警', query, alerts.list);
  return (
    <>
      <section class="panel" aria-label="筛选">
        <AlertFilter query={query} />
        <Unread of={unread} />
      </section>
      <section class="panel" aria-label="告警列表">
        <Listed live={live}>
          <List
            label="告警"
            heads={['状态', '级别', '规则', '摘要', '标签', '开始', '时长', '通知', '']}
            loaded={listOf(live)}
            empty="没有符合的告警。"
            keyOf={({ id }) => id}
            cells={(alert) => [
              <AlertStateTag state={alert.state} />,
              <SeverityTag severity={alert.severity} />,
              alert.rule,
              <Free>
                <span lang="en">{alert.summary}</span>
                {alert.acknowledgedAt !== null && <small> 已确认</small>}
              </Free>,
              <Free>{matchersText(alert.labels) || '—'}</Free>,
              clockText(alert.startsAt),
              lengthText(alert, live.at ?? new Date()),
              alert.messages,
              <a
                href={writeWhere({ section: 'alerts', id: alert.id })}
                aria-label={`告警 ${alert.rule} 的详情，${clockText(alert.startsAt)}`}
              >
                详情
              </a>,
            ]}
          />
          {buttons}
        </Listed>
      </section>
    </>
  );
}
