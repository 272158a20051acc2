import { useState } from 'preact/hooks';
import { loadSession } from '../client.ts';
import { Dialog } from '../forms/dialog.tsx';
import { Field } from '../forms/field.tsx';
import { Form } from '../forms/form.tsx';
import type { User } from '../session.ts';
import { NewPasswordForm } from './new-password.tsx';
import { account } from './routes.ts';
import { ROLE_TEXTS } from './texts.ts';

function RenameForm({ who, onDone }: { readonly who: User; readonly onDone: () => void }) {
  return (
    <Form
      submitText="保存"
      onCancel={onDone}
      onSubmit={async (values) => {
        await account.rename(values.text('displayName'));
        await loadSession();
        onDone();
      }}
    >
      <Field name="displayName" label="显示名" autocomplete="name" defaultValue={who.displayName} isFirst />
    </Form>
  );
}

export function Profile({ who }: { readonly who: User }) {
  const [open, setOpen] = useState<'name' | 'password' | undefined>(undefined);
  const [note, setNote] = useState('');
  const close = (): void => setOpen(undefined);
  return (
    <section class="panel" aria-labelledby="profile">
      <h3 id="profile">个人资料</h3>
      <dl class="facts">
        <dt>用户名</dt>
        <dd>{who.username}</dd>
        <dt>显示名</dt>
        <dd>{who.displayName}</dd>
        <dt>角色</dt>
        <dd>{ROLE_TEXTS[who.role]}</dd>
      </dl>
      <p class="actions">
        <button type="button" class="plain" onClick={() => setOpen('name')}>
          更改显示名
        </button>
        <button type="button" class="plain" onClick={() => setOpen('password')}>
          更换密码
        </button>
        <span class="minor" role="status">
          {note}
        </span>
      </p>
      {open === 'name' && (
        <Dialog title="更改显示名" onClose={close}>
          <RenameForm who={who} onDone={close} />
        </Dialog>
      )}
      {open === 'password' && (
        <Dialog title="更换密码" onClose={close}>
          <p>更换之后，其他所有设备上的登录都会结束。</p>
          <NewPasswordForm
            isFirst
            onCancel={close}
            onDone={() => {
              close();
              setNote('密码已更换，其他登录已结束。');
            }}
          />
        </Dialog>
      )}
    </section>
  );
}
