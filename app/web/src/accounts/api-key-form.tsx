import { Field } from '../forms/field.tsx';
import { Form, useFieldProblem, type Values } from '../forms/form.tsx';
import { fieldText } from '../forms/field-text.ts';
import { apiKeys } from './routes.ts';
import { user } from '../session.ts';
import { SCOPE_TEXTS, scopesOf } from './texts.ts';
import { SCOPES, type NewApiKey } from './types.ts';

function ScopesField() {
  const problem = useFieldProblem('scopes');
  return (
    <fieldset>
      <legend>用途</legend>
      {scopesOf(user.value?.role ?? 'viewer').map((scope) => (
        <label key={scope}>
          <input type="checkbox" name="scopes" value={scope} defaultChecked={scope === 'market:read'} />
          <code>{scope}</code> {SCOPE_TEXTS[scope]}
        </label>
      ))}
      {problem && (
        <p class="problem" role="alert">
          {fieldText(problem).text}
        </p>
      )}
    </fieldset>
  );
}

/** A key opens what its scopes say, and never more than the role of its owner. */
export function ApiKeyForm(props: {
  readonly onDone: (key: NewApiKey) => void;
  readonly onCancel: () => void;
}) {
  const submit = async (values: Values): Promise<void> => {
    const checked = values.all('scopes');
    props.onDone(
      await apiKeys.create({
        name: values.text('name'),
        scopes: SCOPES.filter((scope) => checked.includes(scope)),
        expiresInDays: Number(values.text('expiresInDays')),
      }),
    );
  };
  return (
    <Form
      submitText="建立"
      onCancel={props.onCancel}
      onSubmit={submit}
      texts={{ conflict: '您的 API 密钥已达上限，请先撤销不用的。' }}
    >
      <Field name="name" label="名称" hint="用它的程序，例如 notebook" isFirst />
      <ScopesField />
      <Field name="expiresInDays" label="有效天数" kind="number" min={1} max={365} defaultValue="90" />
    </Form>
  );
}
