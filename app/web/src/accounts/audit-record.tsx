import { Free } from '../forms/list.tsx';
import { user } from '../session.ts';
import { actionText, objectText } from './audit-words.ts';
import { agentText, roleText } from './texts.ts';
import type { AuditRecord } from './types.ts';

const ACTOR_KINDS: Readonly<Record<string, string>> = {
  session: '用户',
  'api-key': 'API 密钥',
  anonymous: '匿名',
  system: '平台',
};

/** Names do not stand in the log, only ids. Whom the reader cannot be told by name is told apart by the beginning of the id. */
function Person({ id, names }: { readonly id: string; readonly names: ReadonlyMap<string, string> }) {
  return <Free title={id}>{names.get(id) ?? <small>{id.slice(0, 8)}</small>}</Free>;
}

interface ActorProps {
  readonly actor: AuditRecord['actor'];
  readonly names: ReadonlyMap<string, string>;
}

export function ActorText({ actor, names }: ActorProps) {
  const kind = ACTOR_KINDS[actor.kind] ?? actor.kind;
  if (actor.id === undefined) return <>{kind}</>;
  return (
    <>
      {actor.id === user.value?.id ? '您' : kind}
      {actor.role && ` · ${roleText(actor.role)}`} <Person id={actor.id} names={names} />
    </>
  );
}

interface ObjectProps {
  readonly object: AuditRecord['object'];
  readonly names: ReadonlyMap<string, string>;
}

export function ObjectText({ object: { kind, id }, names }: ObjectProps) {
  return (
    <>
      {objectText(kind)} {id !== undefined && <Person id={id} names={names} />}
    </>
  );
}

export function ActionText({ action }: { readonly action: string }) {
  return (
    <>
      {actionText(action)} <code>{action}</code>
    </>
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
