import { Field } from '../../forms/field.tsx';
import { fieldProblem } from '../../forms/field-problem.ts';
import { Form, type Values } from '../../forms/form.tsx';
import { toFragment } from '../../place.ts';
import { Freshness } from '../freshness.tsx';
import { useLive } from '../live.ts';
import { metrics } from '../routes.ts';
import type { MetricName } from '../types.ts';
import { unitOf } from '../units.ts';
import { type Where, writeWhere } from '../where.ts';
import { Panel } from './panel.tsx';
import { isRange, type Panel as PanelFacts, PANELS, RANGE_FACTS, RANGES } from './panels.ts';

/** A metric is recorded from the first time on that something happens. */
const NAMES_EVERY_MS = 60_000;

type Query = Required<Where>['query'];

/** How the page is shown stands in its address, so that a reload and a link show the same. */
const showWith = (query: Query, change: Query): void =>
  toFragment(writeWhere({ section: 'charts', query: { ...query, ...change } }), 'same');

interface ChoiceProps {
  readonly query: Query;
}

function RangeChoice({ query }: ChoiceProps) {
  const range = isRange(query['range']) ? query['range'] : '1h';
  return (
    <div class="choice" role="group" aria-label="时间范围">
      {RANGES.map((one) => (
        <button
          key={one}
          type="button"
          aria-pressed={one === range}
          onClick={() => showWith(query, { range: one === '1h' ? undefined : one })}
        >
          {RANGE_FACTS[one].text}
        </button>
      ))}
    </div>
  );
}

function ProcessChoice({ query }: ChoiceProps) {
  const isSeparate = query['by'] === 'process';
  return (
    <div class="choice" role="group" aria-label="进程">
      {[false, true].map((one) => (
        <button
          key={String(one)}
          type="button"
          aria-pressed={one === isSeparate}
          onClick={() => showWith(query, { by: one ? 'process' : undefined })}
        >
          {one ? '分进程' : '合计'}
        </button>
      ))}
    </div>
  );
}

/** The ids that the address names; undefined: all. */
const shownOf = (query: Query): ReadonlySet<string> | undefined =>
  query['show'] === undefined ? undefined : new Set(query['show'].split(','));

function PanelChoice({ query }: ChoiceProps) {
  const shown = shownOf(query);
  const toggle = (id: string): void => {
    const next = PANELS.map((panel) => panel.id).filter((one) => (shown?.has(one) ?? true) !== (one === id));
    showWith(query, { show: next.length === PANELS.length ? undefined : next.join(',') || 'none' });
  };
  return (
    <fieldset class="panel-choice">
      <legend>显示</legend>
      {PANELS.map(({ id, title }) => (
        <label key={id}>
          <input type="checkbox" checked={shown?.has(id) ?? true} onChange={() => toggle(id)} /> {title}
        </label>
      ))}
    </fieldset>
  );
}

/** Of a metric that the page knows nothing about: a line for each series, with all its labels. */
export function panelOf({ name, kind }: MetricName): PanelFacts {
  const unit = unitOf(name, kind);
  const combine = kind === 'counter' ? 'sum' : 'largest';
  return { id: `metric-${name}`, title: name, unit, queries: [{ metric: name, by: 'all', combine }] };
}

function PickForm({ query, names }: ChoiceProps & { readonly names: readonly MetricName[] }) {
  const submit = async (values: Values): Promise<void> => {
    const metric = values.optional('metric');
    if (metric !== undefined && !names.some(({ name }) => name === metric))
      throw fieldProblem('metric', '没有记录这个指标');
    showWith(query, { metric });
  };
  return (
    <Form submitText="画出" onSubmit={submit}>
      <Field
        key={query['metric'] ?? ''}
        name="metric"
        label="任意指标"
        hint="平台记录的全部指标，包括自定义的；清空则不画"
        suggestions={names.map(({ name, kind }) => [name, kind === 'counter' ? '计数' : '数值'] as const)}
        defaultValue={query['metric']}
        isOptional
      />
    </Form>
  );
}

export function ChartsPage({ query }: ChoiceProps) {
  const range = isRange(query['range']) ? query['range'] : '1h';
  const bySeparateProcess = query['by'] === 'process';
  const names = useLive('metric names', metrics.names, NAMES_EVERY_MS);
  const recorded = names.value && new Set(names.value.map(({ name }) => name));
  const shown = shownOf(query);
  const wanted = query['metric'];
  const picked = names.value?.find(({ name }) => name === wanted);
  const panels = [...(picked ? [panelOf(picked)] : []), ...PANELS.filter(({ id }) => shown?.has(id) ?? true)];
  return (
    <>
      <section class="panel" aria-label="显示什么">
        <div class="toolbar">
          <RangeChoice query={query} />
          <ProcessChoice query={query} />
        </div>
        {bySeparateProcess && <p class="minor">两天以前的记录不再分进程，只分服务器与后台进程。</p>}
        <PanelChoice query={query} />
        <PickForm query={query} names={names.value ?? []} />
      </section>
      {wanted !== undefined && wanted !== '' && names.value !== undefined && picked === undefined && (
        <p class="stale-line">没有记录指标“{wanted}”。计数的指标在事情第一次发生之前没有记录。</p>
      )}
      {(names.problem ?? names.value === undefined) && <Freshness of={names} />}
      <div class="charts">
        {recorded &&
          panels.map((panel) => <Panel key={panel.id} {...{ panel, recorded, range, bySeparateProcess }} />)}
      </div>
    </>
  );
}
