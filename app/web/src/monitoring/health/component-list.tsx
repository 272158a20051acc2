import { List } from '../../forms/list.tsx';
import { Facts } from '../facts.tsx';
import { StatusTag } from '../tag.tsx';
import type { Component, ComponentView } from '../types.ts';
import { clockText, secondsText } from '../units.ts';
import { componentText, roleText } from '../words.ts';

/** The oldest word about it; undefined: not told to the reader, or by no process. */
const ageOf = ({ processes = [] }: Component): number | undefined =>
  processes.length === 0 ? undefined : Math.max(...processes.map(({ ageSeconds }) => ageSeconds));

function successText({ status, lastSuccessAt }: Component): string {
  if (status === 'up') return lastSuccessAt === null ? '—' : clockText(lastSuccessAt);
  return lastSuccessAt === null ? '启动以来从未正常' : `最后正常 ${clockText(lastSuccessAt)}`;
}

function View({ view }: { readonly view: ComponentView }) {
  return (
    <li>
      <StatusTag status={view.status} /> {roleText(view.role)} <code>{view.process}</code>{' '}
      <small>
        {secondsText(view.ageSeconds)}前报告，检查用时 {secondsText(view.responseTimeMs / 1000)}
      </small>
      {view.message !== '' && <p lang="en">{view.message}</p>}
      {Object.keys(view.details).length > 0 && <Facts of={view.details} />}
    </li>
  );
}

function Processes({ component }: { readonly component: Component }) {
  const { name, processes = [] } = component;
  if (processes.length === 0) return <>—</>;
  return (
    <details>
      <summary aria-label={`${componentText(name)}：各进程所见`}>{processes.length} 个进程</summary>
      <ul class="views">
        {processes.map((view) => (
          <View key={view.process} view={view} />
        ))}
      </ul>
    </details>
  );
}

/** In the order of the server, those in trouble first. */
const ordered = (components: readonly Component[]): readonly Component[] =>
  components.toSorted((a, b) => Number(a.status === 'up') - Number(b.status === 'up'));

export function ComponentList({ components }: { readonly components: readonly Component[] }) {
  const isFull = components.some(({ processes }) => processes !== undefined);
  const loaded = { value: ordered(components), problem: undefined, reload: () => undefined };
  return (
    <List
      label="组件"
      heads={['组件', '状态', '上次正常', '检查用时', ...(isFull ? ['消息时间', '说明', '进程'] : [])]}
      loaded={loaded}
      empty="没有组件。"
      keyOf={({ name }) => name}
      cells={(component) => {
        const age = ageOf(component);
        const { responseTimeMs, message } = component;
        return [
          componentText(component.name),
          <StatusTag status={component.status} />,
          successText(component),
          responseTimeMs === null ? '—' : secondsText(responseTimeMs / 1000),
          ...(isFull
            ? [
                age === undefined ? '—' : `${secondsText(age)}前`,
                message ? <span lang="en">{message}</span> : '—',
                <Processes component={component} />,
              ]
            : []),
        ];
      }}
    />
  );
}
