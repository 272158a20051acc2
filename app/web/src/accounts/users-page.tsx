import { useState } from 'preact/hooks';
import { loadSession } from '../client.ts';
import { Dialog } from '../forms/dialog.tsx';
import { Free, List } from '../forms/list.tsx';
import { type Loaded, useLoaded } from '../forms/loaded.ts';
import { PageButtons, usePages } from '../forms/pages.tsx';
import { instantText } from '../format.ts';
import { type User, user as signedIn } from '../session.ts';
import { PageHeading } from './page-heading.tsx';
import { users } from './routes.ts';
import { ROLE_TEXTS } from './texts.ts';
import type { NewUser } from './types.ts';
import { OneTimePassword, UserActions } from './user-actions.tsx';
import { UserForm } from './user-form.tsx';

type Open =
  | { readonly what: 'creation' }
  | { readonly what: 'password'; readonly user: NewUser }
  | { readonly what: 'actions'; readonly user: User };

const stateText = ({ isDisabled, mustChangePassword }: User): string => {
  if (isDisabled) return '已停用';
  return mustChangePassword ? '待更换密码' : '正常';
};

function Dialogs(props: {
  readonly open: Open;
  readonly setOpen: (next?: Open) => void;
  readonly onChange: () => void;
}) {
  const { open, setOpen, onChange } = props;
  const close = (): void => setOpen(undefined);
  if (open.what === 'creation')
    return (
      <Dialog key={open.what} title="新用户" onClose={close}>
        <UserForm
          onCancel={close}
          onDone={(user) => {
            onChange();
            setOpen({ what: 'password', user });
          }}
        />
      </Dialog>
    );
  if (open.what === 'password')
    return (
      <OneTimePassword
        key={open.what}
        username={open.user.username}
        password={open.user.oneTimePassword}
        onDone={close}
      />
    );
  return <UserActions user={open.user} onChange={onChange} onClose={close} />;
}

function UserList(props: {
  readonly loaded: Loaded<readonly User[]>;
  readonly onManage: (user: User) => void;
}) {
  return (
    <List
      label="用户"
      heads={['用户名', '显示名', '角色', '状态', '第二因素', '最近登录', '']}
      loaded={props.loaded}
      empty="没有用户。"
      keyOf={({ id }) => id}
      cells={(user) => [
        <Free>{user.username}</Free>,
        <Free>{user.displayName}</Free>,
        ROLE_TEXTS[user.role],
        stateText(user),
        user.hasSecondFactor ? '有' : '无',
        user.lastLoginAt === null ? '从未' : instantText(user.lastLoginAt),
        <button
          type="button"
          class="plain"
          aria-label={`管理 ${user.username}`}
          onClick={() => props.onManage(user)}
        >
          管理
        </button>,
      ]}
    />
  );
}

export function UsersPage() {
  const pages = usePages();
  const page = useLoaded(`users ${pages.cursor ?? ''}`, (signal) => users.list(pages.cursor, signal));
  const [open, setOpen] = useState<Open | undefined>(undefined);
  const next = page.value?.nextCursor;
  const change = (): void => {
    page.reload();
    // What was done to oneself ends the own session or changes the own role.
    if (open?.what === 'actions' && open.user.id === signedIn.value?.id) void loadSession();
  };
  return (
    <main class="pages">
      <PageHeading text="用户" />
      <section class="panel" aria-label="用户列表">
        <p class="actions">
          <button type="button" class="plain" onClick={() => setOpen({ what: 'creation' })}>
            新建用户
          </button>
        </p>
        <UserList
          loaded={{ ...page, value: page.value?.users }}
          onManage={(user) => setOpen({ what: 'actions', user })}
        />
        <PageButtons
          label="用户列表翻页"
          back={pages.back}
          forth={next ? () => pages.forth(next) : undefined}
        />
      </section>
      {open && <Dialogs open={open} setOpen={setOpen} onChange={change} />}
    </main>
  );
}
