import { user } from '../session.ts';
import { agentText, ROLE_TEXTS } from './texts.ts';
import type { AuditRecord } from './types.ts';

const ACTOR_KINDS: Readonly<Record<string, string>> = {
  session: '用户',
  'api-key': 'API 密钥',
  anonymous: '匿名',
  system: '平台',
};

const roleText = (role: string): string =>
  Object.entries(ROLE_TEXTS).find(([name]) => name === role)?.[1] ?? role;

/** Names do not stand in the log; the beginning of an id tells users apart, the whole of it is under the pointer. */
export function ActorText({ actor }: { readonly actor: AuditRecord['actor'] }) {
  const kind = ACTOR_KINDS[actor.kind] ?? actor.kind;
  if (actor.id === undefined) return <>{kind}</>;
  return (
    <span title={actor.id}>
      {actor.id === user.value?.id ? '您' : kind}
      {actor.role && ` · ${roleText(actor.role)}`} <small>{actor.id.slice(0, 8)}</small>
    </span>
  );
}

const fields = (record: AuditRecord): readonly (readonly [string, string | undefined])[] => [
  ['操作者', record.actor.id],
  ['对象', record.object.id],
  ['原因', record.reason],
  ['之前', record.before === undefined ? undefined : JSON.stringify(record.before)],
  ['之后', record.after === undefined ? undefined : JSON.stringify(record.after)],
  ['程序', record.userAgent === undefined ? undefined : agentText(record.userAgent)],
  ['请求编号', record.requestId],
  ['哈希', record.hash],
];

export function RecordDetails({ record }: { readonly record: AuditRecord }) {
  return (
    <details>
      <summary aria-label={`记录 ${record.seq} 的详情`}>…</summary>
      <dl class="facts">
        {fields(record).map(([name, text]) =>
          text === undefined ? null : (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{text}</dd>
            </div>
          ),
        )}
      </dl>
    </details>
  );
}
