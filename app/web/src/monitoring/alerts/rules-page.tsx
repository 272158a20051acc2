import { useState } from 'preact/hooks';
import { ActionButton } from '../../forms/action.tsx';
import { Confirm } from '../../forms/confirm.tsx';
import { Free, List } from '../../forms/list.tsx';
import { useLoaded } from '../../forms/loaded.ts';
import { rules } from '../routes.ts';
import { SeverityTag, Tag } from '../tag.tsx';
import type { Rule, WrittenRule } from '../types.ts';
import { secondsText } from '../units.ts';
import { writeWhere } from '../where.ts';
import { originText } from '../words.ts';
import { conditionText } from './conditions.ts';
import { bodyOf, RuleForm } from './rule-form.tsx';

type Open =
  | { readonly what: 'creation' }
  | { readonly what: 'change'; readonly rule: Rule }
  | { readonly what: 'removal'; readonly rule: Rule };

/** What taking it back means: what the platform brought stays, as it was built. */
const REMOVALS = {
  changed: { text: '还原', explains: '回到平台自带的样子。' },
  own: { text: '删除', explains: '不再判断，正在触发的告警随之结束。' },
} as const;

function Actions(props: {
  readonly rule: Rule;
  readonly onOpen: (next: Open) => void;
  readonly onChange: () => void;
}) {
  const { rule, onOpen, onChange } = props;
  return (
    <>
      <button
        type="button"
        class="plain"
        aria-label={`编辑 ${rule.name}`}
        onClick={() => onOpen({ what: 'change', rule })}
      >
        编辑
      </button>
      <ActionButton
        text={rule.isEnabled ? '停用' : '启用'}
        label={`${rule.isEnabled ? '停用' : '启用'} ${rule.name}`}
        onPress={async () => {
          await rules.write(rule.name, { ...bodyOf(rule), isEnabled: !rule.isEnabled });
          onChange();
        }}
      />
      {rule.origin !== 'builtin' && (
        <button
          type="button"
          class="plain"
          aria-label={`${REMOVALS[rule.origin].text} ${rule.name}`}
          onClick={() => onOpen({ what: 'removal', rule })}
        >
          {REMOVALS[rule.origin].text}
        </button>
      )}
    </>
  );
}

function Dialogs(props: {
  readonly open: Open;
  readonly onDone: (written?: WrittenRule) => void;
  readonly onClose: () => void;
}) {
  const { open, onDone, onClose } = props;
  if (open.what === 'creation') return <RuleForm onDone={onDone} onClose={onClose} />;
  const { rule } = open;
  if (open.what === 'change' || rule.origin === 'builtin')
    return <RuleForm rule={rule} onDone={onDone} onClose={onClose} />;
  const { text, explains } = REMOVALS[rule.origin];
  return (
    <Confirm
      title={`${text} ${rule.name}`}
      text={explains}
      submitText={text}
      onConfirm={async () => {
        await rules.remove(rule.name);
        onDone();
      }}
      onClose={onClose}
    />
  );
}

/** What the server takes, and thinks a slip. */
function Doubts({ about: { name, warnings } }: { readonly about: WrittenRule }) {
  return (
    <p class="stale-line" role="status">
      规则 {name} 已写入，但可能有误：
      {warnings.map((words) => (
        <q key={words} lang="en">
          {words}
        </q>
      ))}
    </p>
  );
}

export function RulesPage() {
  const loaded = useLoaded('rules', rules.list);
  const [open, setOpen] = useState<Open | undefined>(undefined);
  const [written, setWritten] = useState<WrittenRule | undefined>(undefined);
  const close = (): void => setOpen(undefined);
  return (
    <section class="panel" aria-label="规则列表">
      <p class="actions">
        <button type="button" class="plain" onClick={() => setOpen({ what: 'creation' })}>
          新建规则
        </button>
      </p>
      {written && written.warnings.length > 0 && <Doubts about={written} />}
      <List
        label="规则"
        heads={['规则', '级别', '来源', '条件', '持续', '状态', '']}
        loaded={loaded}
        empty="没有规则。"
        keyOf={({ name }) => name}
        cells={(rule) => [
          <a href={writeWhere({ section: 'alerts', query: { rule: rule.name } })}>{rule.name}</a>,
          <SeverityTag severity={rule.severity} />,
          originText(rule.origin),
          <Free title={rule.summary}>{conditionText(rule.condition)}</Free>,
          secondsText(rule.forSeconds),
          rule.isEnabled ? <Tag tone="good">启用</Tag> : <Tag tone="quiet">停用</Tag>,
          <Actions rule={rule} onOpen={setOpen} onChange={loaded.reload} />,
        ]}
      />
      {open && (
        <Dialogs
          open={open}
          onDone={(now) => {
            close();
            setWritten(now);
            loaded.reload();
          }}
          onClose={close}
        />
      )}
    </section>
  );
}
