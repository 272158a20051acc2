import { useState } from 'preact/hooks';
import { Confirm } from '../forms/confirm.tsx';
import { Dialog } from '../forms/dialog.tsx';
import { Field } from '../forms/field.tsx';
import { Form } from '../forms/form.tsx';
import { Free, List } from '../forms/list.tsx';
import { useLoaded } from '../forms/loaded.ts';
import { ShownOnce } from '../forms/shown-once.tsx';
import { instantText } from '../format.ts';
import { ApiKeyForm } from './api-key-form.tsx';
import { apiKeys } from './routes.ts';
import type { ApiKey, NewApiKey } from './types.ts';

type Open =
  | { readonly what: 'creation' }
  | { readonly what: 'rotation' | 'revocation'; readonly key: ApiKey }
  | { readonly what: 'key'; readonly key: NewApiKey };

interface DialogsProps {
  readonly open: Open;
  readonly setOpen: (next?: Open) => void;
  readonly onChange: () => void;
}

function RotationForm(props: {
  readonly of: ApiKey;
  readonly onDone: (key: NewApiKey) => void;
  readonly onCancel: () => void;
}) {
  return (
    <Form
      submitText="轮换"
      onCancel={props.onCancel}
      onSubmit={async (values) =>
        props.onDone(await apiKeys.rotate(props.of.id, Number(values.text('overlapHours'))))
      }
    >
      <Field
        name="overlapHours"
        label="旧密钥继续有效的小时数"
        kind="number"
        min={0}
        max={168}
        defaultValue="24"
        hint="足够把程序换到新密钥，最多 168（七天）；0：立即失效。再轮换一次，更早的密钥立即失效"
        isFirst
      />
    </Form>
  );
}

function Dialogs({ open, setOpen, onChange }: DialogsProps) {
  const close = (): void => setOpen(undefined);
  const showKey = (key: NewApiKey): void => {
    onChange();
    setOpen({ what: 'key', key });
  };
  if (open.what === 'creation')
    return (
      <Dialog key={open.what} title="新的 API 密钥" onClose={close}>
        <ApiKeyForm onDone={showKey} onCancel={close} />
      </Dialog>
    );
  if (open.what === 'rotation')
    return (
      <Dialog key={open.what} title={`轮换 ${open.key.name}`} onClose={close}>
        <RotationForm of={open.key} onDone={showKey} onCancel={close} />
      </Dialog>
    );
  if (open.what === 'key')
    return (
      <ShownOnce
        key={open.what}
        title={`API 密钥 ${open.key.name}`}
        label="密钥"
        lines={[open.key.text]}
        doneText="我已保存"
        onDone={close}
      >
        {open.key.oldSecretUntil && <p>旧密钥到 {instantText(open.key.oldSecretUntil)} 为止仍然有效。</p>}
        <p class="minor">
          用法：<code>Authorization: Bearer stk_…</code>
        </p>
      </ShownOnce>
    );
  return (
    <Confirm
      title={`撤销 ${open.key.name}`}
      text="使用它的程序会立即被拒绝，无法恢复。"
      submitText="撤销"
      onConfirm={async () => {
        await apiKeys.revoke(open.key.id);
        onChange();
      }}
      onClose={close}
    />
  );
}

export function ApiKeys() {
  const keys = useLoaded('api-keys', apiKeys.list);
  const [open, setOpen] = useState<Open | undefined>(undefined);
  return (
    <section class="panel" aria-labelledby="api-keys">
      <h3 id="api-keys">API 密钥</h3>
      <p class="minor">程序用它代替登录。它能做的不超过所选的用途，也不超过您的角色。</p>
      <List
        label="API 密钥"
        heads={['名称', '编号', '用途', '到期', '最近使用', '']}
        loaded={keys}
        empty="没有 API 密钥。"
        keyOf={({ id }) => id}
        cells={(key) => [
          <Free>{key.name}</Free>,
          <code>{key.publicId}</code>,
          key.scopes.join(' '),
          <>
            {key.expiresAt === null ? '—' : instantText(key.expiresAt)}
            {key.oldSecretUntil && (
              <>
                <br />
                <small>轮换前的密钥到 {instantText(key.oldSecretUntil)}</small>
              </>
            )}
          </>,
          key.lastUsedAt === null ? '从未' : instantText(key.lastUsedAt),
          <>
            <button type="button" class="plain" onClick={() => setOpen({ what: 'rotation', key })}>
              轮换
            </button>
            <button type="button" class="plain" onClick={() => setOpen({ what: 'revocation', key })}>
              撤销
            </button>
          </>,
        ]}
      />
      <p class="actions">
        <button type="button" class="plain" onClick={() => setOpen({ what: 'creation' })}>
          新建 API 密钥
        </button>
      </p>
      {open && <Dialogs open={open} setOpen={setOpen} onChange={keys.reload} />}
    </section>
  );
}
