import { Facts } from '../facts.tsx';
import { Freshness } from '../freshness.tsx';
import { useLive } from '../live.ts';
import { health } from '../routes.ts';
import { StatusTag, statusText } from '../tag.tsx';
import type { Health, PlatformStatus } from '../types.ts';
import { componentText } from '../words.ts';
import { ComponentList } from './component-list.tsx';

const EVERY_MS = 10_000;

const MEANINGS = {
  up: '一切正常。',
  degraded: '有一部分不正常，其余照常工作。',
  down: '必不可少的部分不工作，请求得不到回答。',
} as const;

function Summary({ of }: { readonly of: Health }) {
  const troubled = of.components?.filter(({ status }) => status !== 'up') ?? [];
  return (
    <>
      {/* Read out when it changes, and only then. */}
      <p class="overall" role="status">
        <StatusTag status={of.status} /> 平台{statusText(of.status)}：{MEANINGS[of.status]}
        {troubled.length > 0 &&
          ` 不正常的有：${troubled.map(({ name }) => componentText(name)).join('、')}。`}
      </p>
      {of.components === undefined && (
        <p class="minor">
          服务器现在不能核对登录（数据库可能不可用），所以只告诉总的状态；管理端口的{' '}
          <code>/monitoring/health</code> 仍有全部内容。
        </p>
      )}
    </>
  );
}

function Components() {
  const live = useLive('health', health.components, EVERY_MS);
  const { value } = live;
  return (
    <section class="panel" aria-labelledby="health">
      <h3 id="health">组件</h3>
      <Freshness of={live} />
      {value && (
        <div class={live.problem ? 'outdated' : undefined}>
          <Summary of={value} />
          {value.components && <ComponentList components={value.components} />}
          {value.notConfigured && value.notConfigured.length > 0 && (
            <p class="minor">这个平台没有配置：{value.notConfigured.map(componentText).join('、')}。</p>
          )}
        </div>
      )}
    </section>
  );
}

function Sections({ of }: { readonly of: PlatformStatus }) {
  const parts = [
    ...(of.process ? [['process', of.process] as const] : []),
    ...Object.entries(of.sections ?? {}),
  ];
  return (
    <>
      {parts.map(([name, part]) => (
        <details key={name} class="part">
          <summary>
            <code>{name}</code>
          </summary>
          <Facts of={part} />
        </details>
      ))}
    </>
  );
}

/** What the server that answered tells of itself; only operators get it. */
function Status() {
  const live = useLive('status', health.status, EVERY_MS);
  return (
    <section class="panel" aria-labelledby="status">
      <h3 id="status">平台状态</h3>
      <p class="minor">回答这个请求的服务器所知道的，名称与 API 相同。</p>
      <Freshness of={live} />
      {live.value && <Sections of={live.value} />}
    </section>
  );
}

export function HealthPage({ isOperator }: { readonly isOperator: boolean }) {
  return (
    <>
      <Components />
      {isOperator && <Status />}
    </>
  );
}
