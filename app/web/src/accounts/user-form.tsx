import { Field, SelectField } from '../forms/field.tsx';
import { fieldProblem } from '../forms/field-problem.ts';
import { Form, type Values } from '../forms/form.tsx';
import { USER_ROLES, type UserRole } from '../session.ts';
import { users } from './routes.ts';
import { ROLE_TEXTS } from './texts.ts';
import type { NewUser } from './types.ts';

const ROLES = USER_ROLES.map((role) => [role, ROLE_TEXTS[role]] as const);

/** @throws ProblemError where the form was tampered with */
export function roleOf(values: Values): UserRole {
  const role = USER_ROLES.find((one) => one === values.text('role'));
  if (role === undefined) throw fieldProblem('role', '请选择角色');
  return role;
}

export function RoleField({ defaultValue }: { readonly defaultValue: UserRole }) {
  return (
    <SelectField
      name="role"
      label="角色"
      options={ROLES}
      defaultValue={defaultValue}
      hint="每个角色能做前一个能做的一切：查看、分析、操作（载入数据）、管理用户与审计"
    />
  );
}

export function UserForm(props: { readonly onDone: (user: NewUser) => void; readonly onCancel: () => void }) {
  return (
    <Form
      submitText="建立"
      onCancel={props.onCancel}
      texts={{ conflict: '这个用户名已有人使用。' }}
      onSubmit={async (values) =>
        props.onDone(
          await users.create({
            username: values.text('username'),
            displayName: values.optional('displayName'),
            role: roleOf(values),
          }),
        )
      }
    >
      <Field name="username" label="用户名" hint="3 至 64 个小写字母、数字和 . - _ @" isFirst />
      <Field name="displayName" label="显示名" hint="不填则为用户名" isOptional />
      <RoleField defaultValue="viewer" />
    </Form>
  );
}
