import { useState } from 'preact/hooks';
import { CodeField, Field, PasswordField } from '../forms/field.tsx';
import { Form, type Values } from '../forms/form.tsx';
import { ProblemError } from '../http.ts';
import { auth } from './routes.ts';

const TEXTS = {
  unauthorized: '用户名、密码或验证码不正确。',
  'second-factor-required': '密码正确，请再输入验证码。',
};

/** Name and password, and the code where the account has a second factor; what was typed stays meanwhile. */
export function SignInForm({ onCancel }: { readonly onCancel?: () => void }) {
  const [needsCode, setNeedsCode] = useState(false);
  const submit = async (values: Values): Promise<void> => {
    try {
      await auth.signIn({
        username: values.text('username'),
        password: values.text('password'),
        code: values.code('code'),
      });
    } catch (error) {
      if (error instanceof ProblemError && error.kind === 'second-factor-required') setNeedsCode(true);
      throw error;
    }
  };
  return (
    <Form submitText="登录" onSubmit={submit} texts={TEXTS} onCancel={onCancel}>
      <Field name="username" label="用户名" autocomplete="username" isFirst />
      <PasswordField name="password" label="密码" autocomplete="current-password" />
      {needsCode && <CodeField isFirst takesRecoveryCode />}
    </Form>
  );
}
