import { PasswordField } from '../forms/field.tsx';
import { fieldProblem } from '../forms/field-problem.ts';
import { Form, type Values } from '../forms/form.tsx';
import { user } from '../session.ts';
import { auth } from './routes.ts';
import { PASSWORD_RULES } from './texts.ts';

/** A password is typed without being seen, so it is typed twice. @throws ProblemError where the two are not the same */
export function newPasswordOf(values: Values, name: string): string {
  const password = values.text(name);
  if (password !== values.text('repeated')) throw fieldProblem('repeated', '两次输入的密码不同');
  return password;
}

export function NewPasswordFields({ name, label }: { readonly name: string; readonly label: string }) {
  return (
    <>
      <PasswordField name={name} label={label} autocomplete="new-password" hint={PASSWORD_RULES} />
      <PasswordField name="repeated" label={`再次输入${label}`} autocomplete="new-password" />
    </>
  );
}

/** For a password manager: whose password this is. */
export function HiddenUsername() {
  return (
    <input
      type="text"
      class="hidden"
      autocomplete="username"
      aria-hidden="true"
      tabIndex={-1}
      readOnly
      value={user.value?.username ?? ''}
    />
  );
}

const TEXTS = { unauthorized: '现在的密码不正确。' };

/** All other sessions of the account end with it. */
export function NewPasswordForm(props: {
  readonly onDone?: () => void;
  readonly onCancel?: () => void;
  readonly isFirst?: boolean;
}) {
  const submit = async (values: Values): Promise<void> => {
    await auth.changePassword({
      currentPassword: values.text('currentPassword'),
      newPassword: newPasswordOf(values, 'newPassword'),
    });
    props.onDone?.();
  };
  return (
    <Form submitText="更换密码" onSubmit={submit} texts={TEXTS} onCancel={props.onCancel}>
      <HiddenUsername />
      <PasswordField
        name="currentPassword"
        label={user.value?.mustChangePassword ? '一次性密码' : '现在的密码'}
        autocomplete="current-password"
        isFirst={props.isFirst ?? false}
      />
      <NewPasswordFields name="newPassword" label="新密码" />
    </Form>
  );
}
