import { computed } from '@preact/signals';
import { loadSession } from '../client.ts';
import { Dialog } from '../forms/dialog.tsx';
import { CodeField, PasswordField } from '../forms/field.tsx';
import { Form, type Values } from '../forms/form.tsx';
import { ProblemError } from '../http.ts';
import { place } from '../place.ts';
import { isClosed, prompt, type PromptKind, session, user } from '../session.ts';
import { HiddenUsername } from './new-password.tsx';
import { auth } from './routes.ts';
import { SignInForm } from './sign-in.tsx';

interface PromptProps {
  readonly onDone: () => void;
  readonly onCancel: () => void;
}

const TEXTS = { unauthorized: '密码或验证码不正确。', 'second-factor-required': '请再输入验证码。' };

/** Sensitive actions need a password that was given in the last minutes. */
function StepUpForm({ onDone, onCancel }: PromptProps) {
  const submit = async (values: Values): Promise<void> => {
    try {
      await auth.stepUp({ password: values.text('password'), code: values.code('code') });
    } catch (error) {
      // A wrong password and a session that has ended are refused alike.
      if (error instanceof ProblemError && error.kind === 'unauthorized') await loadSession();
      if (user.value !== undefined) throw error;
      onCancel();
      return;
    }
    onDone();
  };
  return (
    <>
      <p>这项操作需要再次确认是您本人；确认之后十分钟内有效。</p>
      <Form submitText="确认" onSubmit={submit} texts={TEXTS} onCancel={onCancel}>
        <HiddenUsername />
        <PasswordField name="password" label="密码" autocomplete="current-password" isFirst />
        {user.value?.hasSecondFactor && <CodeField takesRecoveryCode />}
      </Form>
    </>
  );
}

const TITLES: Readonly<Record<PromptKind, string>> = {
  'sign-in': '登录',
  'step-up': '请重新输入密码',
};

const FORMS: Readonly<Record<PromptKind, (props: PromptProps) => preact.ComponentChildren>> = {
  'sign-in': ({ onCancel }) => <SignInForm onCancel={onCancel} />,
  'step-up': (props) => <StepUpForm {...props} />,
};

/** The page itself asks to sign in: nothing can be read without, or it is one of somebody who has signed in. */
export const needsSignIn = computed(
  () =>
    isClosed.value || (place.value !== 'chart' && session.value !== undefined && user.value === undefined),
);

/** What a request waits for. */
export function Prompts() {
  const shown = prompt.value;
  if (!shown || (shown.kind === 'sign-in' && needsSignIn.value)) return null;
  const { kind, settle } = shown;
  return (
    <Dialog key={kind} title={TITLES[kind]} onClose={() => settle(false)}>
      {FORMS[kind]({ onDone: () => settle(true), onCancel: () => settle(false) })}
    </Dialog>
  );
}

/** In place of what only somebody who signed in may see. */
export function SignInPage() {
  return (
    <main class="pages">
      <section class="panel narrow" aria-labelledby="sign-in">
        <h2 id="sign-in">登录</h2>
        <p class="minor">
          {isClosed.value ? '这个平台的行情只对有账户的人开放。' : '这一页只对登录的人开放。'}
          账户由管理员建立。
        </p>
        <SignInForm />
      </section>
    </main>
  );
}
