import { useState } from 'preact/hooks';
import { Confirm } from '../forms/confirm.tsx';
import { Dialog } from '../forms/dialog.tsx';
import { Field, PasswordField, SelectField } from '../forms/field.tsx';
import { fieldProblem } from '../forms/field-problem.ts';
import { Form, type Values } from '../forms/form.tsx';
import { Free, List } from '../forms/list.tsx';
import { useLoaded } from '../forms/loaded.ts';
import { instantText } from '../format.ts';
import { secrets } from './routes.ts';
import { SECRET_KIND_TEXTS } from './texts.ts';
import { SECRET_KINDS, type UserSecret } from './types.ts';

type Open = { readonly what: 'storing' } | { readonly what: 'removal'; readonly secret: UserSecret };

function SecretForm({ onDone, onCancel }: { readonly onDone: () => void; readonly onCancel: () => void }) {
  const submit = async (values: Values): Promise<void> => {
    const kind = SECRET_KINDS.find((one) => one === values.text('kind'));
    if (kind === undefined) throw fieldProblem('kind', '请选择种类');
    await secrets.put(kind, values.text('name').trim(), values.text('value').trim());
    onDone();
  };
  return (
    <Form
      submitText="保存"
      onSubmit={submit}
      onCancel={onCancel}
      texts={{ conflict: '保存的密钥已达上限，请先删除不用的。' }}
    >
      <SelectField
        name="kind"
        label="种类"
        options={SECRET_KINDS.map((kind) => [kind, SECRET_KIND_TEXTS[kind]] as const)}
        defaultValue={SECRET_KINDS[0]}
      />
      <Field name="name" label="名称" hint="小写字母、数字和 -；同名的旧值会被替换" defaultValue="default" />
      <PasswordField name="value" label="密钥内容" autocomplete="off" />
    </Form>
  );
}

function Dialogs(props: {
  readonly open: Open;
  readonly onClose: () => void;
  readonly onChange: () => void;
}) {
  const { open, onClose, onChange } = props;
  if (open.what === 'storing')
    return (
      <Dialog title="保存密钥" onClose={onClose}>
        <SecretForm
          onCancel={onClose}
          onDone={() => {
            onClose();
            onChange();
          }}
        />
      </Dialog>
    );
  const { kind, name } = open.secret;
  return (
    <Confirm
      title={`删除 ${name}`}
      text="使用它的功能会停止工作，内容无法恢复。"
      submitText="删除"
      onConfirm={async () => {
        await secrets.remove(kind, name);
        onChange();
      }}
      onClose={onClose}
    />
  );
}

/** Handed over once and never shown again, not even to whom it belongs. */
export function StoredSecrets() {
  const stored = useLoaded('secrets', secrets.list);
  const [open, setOpen] = useState<Open | undefined>(undefined);
  return (
    <section class="panel" aria-labelledby="secrets">
      <h3 id="secrets">保存的密钥</h3>
      <p class="minor">供 AI 服务、Webhook 与邮件使用；加密保存，之后谁也看不到内容，只能替换或删除。</p>
      <List
        label="保存的密钥"
        heads={['种类', '名称', '指纹', '更新于', '最近使用', '']}
        loaded={stored}
        empty="没有保存的密钥。"
        keyOf={({ kind, name }) => `${kind}/${name}`}
        cells={(secret) => [
          SECRET_KIND_TEXTS[secret.kind],
          <Free>{secret.name}</Free>,
          <code>{secret.fingerprint}</code>,
          instantText(secret.updatedAt),
          secret.lastUsedAt === null ? '从未' : instantText(secret.lastUsedAt),
          <button type="button" class="plain" onClick={() => setOpen({ what: 'removal', secret })}>
            删除
          </button>,
        ]}
      />
      <p class="actions">
        <button type="button" class="plain" onClick={() => setOpen({ what: 'storing' })}>
          保存密钥
        </button>
      </p>
      {open && <Dialogs open={open} onClose={() => setOpen(undefined)} onChange={stored.reload} />}
    </section>
  );
}
