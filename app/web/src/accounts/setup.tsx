import { useState } from 'preact/hooks';
import { loadSession } from '../client.ts';
import { Dialog } from '../forms/dialog.tsx';
import { Field, PasswordField } from '../forms/field.tsx';
import { fieldProblem } from '../forms/field-problem.ts';
import { Form, type Values } from '../forms/form.tsx';
import { ProblemError } from '../http.ts';
import { session } from '../session.ts';
import { NewPasswordFields, newPasswordOf } from './new-password.tsx';
import { auth } from './routes.ts';

const TEXTS = {
  forbidden: '这个引导令牌已经用过。请登录，或由平台的运维者更换令牌。',
  conflict: '这个用户名已有人使用。',
};

/** Whoever can read the bootstrap token runs the platform, and makes its first administrator. */
function SetupForm({ onDone }: { readonly onDone: () => void }) {
  const submit = async (values: Values): Promise<void> => {
    const body = {
      token: values.text('token').trim(),
      username: values.text('username'),
      password: newPasswordOf(values, 'password'),
    };
    await auth.setUp(body).catch((error: unknown) => {
      const isToken = error instanceof ProblemError && error.kind === 'unauthorized';
      throw isToken ? fieldProblem('token', '这不是本平台的引导令牌') : error;
    });
    onDone();
  };
  return (
    <>
      <p>引导令牌只有运维者看得到，每个令牌只能建立一位管理员：</p>
      <ul>
        <li>
          <code>npm start</code>：状态目录里的文件 <code>bootstrap-token</code>（启动时会打印位置）。
        </li>
        <li>
          集群：Secret <code>NAME-bootstrap</code>，NAME 是 StockAnalysis 对象的名字。
        </li>
      </ul>
      <Form submitText="建立管理员并登录" onSubmit={submit} texts={TEXTS} onCancel={onDone}>
        <PasswordField name="token" label="引导令牌" autocomplete="off" isFirst />
        <Field
          name="username"
          label="用户名"
          autocomplete="username"
          hint="3 至 64 个小写字母、数字和 . - _ @"
        />
        <NewPasswordFields name="password" label="密码" />
      </Form>
    </>
  );
}

/** Quiet: whoever only reads market data has nothing to do with it. */
export function SetupNotice() {
  const [isOpen, setOpen] = useState(false);
  if (!session.value?.needsSetup) return null;
  const isFirst = session.value.isFirstSetup !== false;
  return (
    <div class="notices">
      <span>{isFirst ? '这个平台还没有管理员。' : '运维者放置了新的引导令牌，可以再建立一位管理员。'}</span>
      <button type="button" class="again" onClick={() => setOpen(true)}>
        建立管理员
      </button>
      {isOpen && (
        <Dialog title={isFirst ? '建立第一位管理员' : '再建立一位管理员'} onClose={() => setOpen(false)}>
          <SetupForm
            onDone={() => {
              setOpen(false);
              // Somebody else may have done it meanwhile.
              void loadSession();
            }}
          />
        </Dialog>
      )}
    </div>
  );
}
