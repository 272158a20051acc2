import { useState } from 'preact/hooks';
import { Dialog } from '../forms/dialog.tsx';
import { Form, type Values } from '../forms/form.tsx';
import { ShownOnce } from '../forms/shown-once.tsx';
import { type User, user as signedIn } from '../session.ts';
import { users } from './routes.ts';
import { RoleField, roleOf } from './user-form.tsx';

const LAST = { conflict: '平台至少需要一位能登录的管理员。' };

/** What the administrator has to be told afterwards; undefined: the list says it. */
type Outcome = { readonly oneTimePassword: string } | { readonly text: string } | undefined;

interface Action {
  readonly text: string;
  readonly explains: string;
  readonly applies: (user: User, isSelf: boolean) => boolean;
  readonly run: (user: User) => Promise<Outcome>;
}

const ACTIONS: readonly Action[] = [
  {
    text: '重设密码',
    explains: '生成一个七天之内用来登录并更换的密码；旧密码失效，所有登录与 API 密钥结束。',
    applies: () => true,
    run: ({ id }) => users.resetPassword(id),
  },
  {
    text: '结束登录与密钥',
    explains: '结束这位用户的全部登录，撤销全部 API 密钥。',
    applies: () => true,
    run: async ({ id }) => {
      const { sessions, apiKeys, oneTimePasswords = 0 } = await users.revokeAccess(id);
      const unused = oneTimePasswords > 0 ? '尚未更换的一次性密码也已失效，登录需要重设密码。' : '';
      return { text: `已结束 ${sessions} 个登录，撤销 ${apiKeys} 个 API 密钥。${unused}` };
    },
  },
  {
    text: '移除第二因素',
    explains: '给手机和恢复码都丢失的人：之后只凭密码登录，平台要求时须重新启用。请先确认是本人。',
    applies: ({ hasSecondFactor }) => hasSecondFactor,
    run: async ({ id }) => {
      await users.removeSecondFactor(id);
      return undefined;
    },
  },
  {
    text: '停用',
    explains: '登录结束，API 密钥不再有效，也不能再登录；可以重新启用。',
    applies: ({ isDisabled }, isSelf) => !isDisabled && !isSelf,
    run: async ({ id }) => {
      await users.change(id, { isDisabled: true });
      return undefined;
    },
  },
  {
    text: '启用',
    explains: '又可以登录，未到期的 API 密钥又有效。',
    applies: ({ isDisabled }) => isDisabled,
    run: async ({ id }) => {
      await users.change(id, { isDisabled: false });
      return undefined;
    },
  },
  {
    text: '删除',
    explains: '连同登录、API 密钥和保存的密钥一起删除，无法恢复。',
    applies: () => true,
    run: async ({ id }) => {
      await users.remove(id);
      return undefined;
    },
  },
];

export function OneTimePassword(props: {
  readonly username: string;
  readonly password: string;
  readonly onDone: () => void;
}) {
  return (
    <ShownOnce
      title={props.username}
      label="一次性密码"
      lines={[props.password]}
      doneText="我已转交"
      onDone={props.onDone}
    >
      <p>请经可靠的途径交给本人。它七天之内可以用来登录，登录后必须更换；更换之后失效。</p>
    </ShownOnce>
  );
}

function Told(props: {
  readonly username: string;
  readonly outcome: NonNullable<Outcome>;
  readonly onDone: () => void;
}) {
  const { username, outcome, onDone } = props;
  if ('oneTimePassword' in outcome)
    return <OneTimePassword username={username} password={outcome.oneTimePassword} onDone={onDone} />;
  return (
    <Dialog title={username} onClose={onDone}>
      <p role="status">{outcome.text}</p>
      <p class="actions">
        <button type="button" class="primary" onClick={onDone}>
          好
        </button>
      </p>
    </Dialog>
  );
}

/** One action, explained before it is done. */
function Explained(props: {
  readonly action: Action;
  readonly onSubmit: () => Promise<void>;
  readonly onCancel: () => void;
}) {
  const { text, explains } = props.action;
  return (
    <>
      <p>{explains}</p>
      <Form submitText={text} isDangerous texts={LAST} onSubmit={props.onSubmit} onCancel={props.onCancel} />
    </>
  );
}

/** The role, and the way to each action that applies. */
function Choice(props: {
  readonly user: User;
  readonly onChange: () => void;
  readonly onClose: () => void;
  readonly onChoose: (action: Action) => void;
}) {
  const { user, onChange, onClose, onChoose } = props;
  const changeRole = async (values: Values): Promise<void> => {
    await users.change(user.id, { role: roleOf(values) });
    onChange();
    onClose();
  };
  const isSelf = user.id === signedIn.value?.id;
  return (
    <>
      <p class="minor">
        编号 <code>{user.id}</code>
      </p>
      {isSelf ? (
        <p>自己的角色不能更改，也不能停用自己：需要时请另一位管理员来做。</p>
      ) : (
        <Form submitText="更改角色" texts={LAST} onSubmit={changeRole} onCancel={onClose}>
          <RoleField defaultValue={user.role} />
        </Form>
      )}
      <p class="actions">
        {ACTIONS.filter(({ applies }) => applies(user, isSelf)).map((action) => (
          <button key={action.text} type="button" class="plain" onClick={() => onChoose(action)}>
            {action.text}
          </button>
        ))}
        {isSelf && (
          <button type="button" onClick={onClose}>
            取消
          </button>
        )}
      </p>
    </>
  );
}

/** Everything an administrator does to one user. */
export function UserActions(props: {
  readonly user: User;
  readonly onChange: () => void;
  readonly onClose: () => void;
}) {
  const { user, onChange, onClose } = props;
  const [chosen, setChosen] = useState<Action | undefined>(undefined);
  const [outcome, setOutcome] = useState<Outcome>(undefined);
  const run = async (action: Action): Promise<void> => {
    const told = await action.run(user);
    onChange();
    if (told === undefined) onClose();
    else setOutcome(told);
  };
  if (outcome) return <Told username={user.username} outcome={outcome} onDone={onClose} />;
  if (chosen)
    return (
      <Dialog key="chosen" title={`${chosen.text}：${user.username}`} onClose={onClose}>
        <Explained action={chosen} onSubmit={() => run(chosen)} onCancel={() => setChosen(undefined)} />
      </Dialog>
    );
  return (
    <Dialog key="choice" title={user.username} onClose={onClose}>
      <Choice user={user} onChange={onChange} onClose={onClose} onChoose={setChosen} />
    </Dialog>
  );
}
