import { useState } from 'preact/hooks';
import { ActionButton } from '../forms/action.tsx';
import { Confirm } from '../forms/confirm.tsx';
import { Field } from '../forms/field.tsx';
import { fieldProblem } from '../forms/field-problem.ts';
import { saveFile } from '../forms/save-file.ts';
import type { User } from '../session.ts';
import { account } from './routes.ts';

/** Everything that is stored of oneself: to be taken along, or removed. */
export function OwnData({ who }: { readonly who: User }) {
  const [isRemoving, setRemoving] = useState(false);
  return (
    <section class="panel" aria-labelledby="own-data">
      <h3 id="own-data">我的数据</h3>
      <p class="minor">
        导出的文件包含平台保存的关于您的一切，只有登录失败的记录（保留一天）、密钥和密码不在其中。
      </p>
      <p class="actions">
        <ActionButton
          text="导出（JSON）"
          onPress={() => saveFile('/api/v1/account/export', `account-${who.username}.json`)}
        />
        <button type="button" class="plain danger" onClick={() => setRemoving(true)}>
          删除账户
        </button>
      </p>
      {isRemoving && (
        <Confirm
          title="删除账户"
          text="您的登录、API 密钥和保存的密钥都会删除，无法恢复。审计日志保留操作记录，但编号不再指向任何人。"
          submitText="删除账户"
          texts={{ conflict: '您是唯一的管理员。请先把另一位用户设为管理员。' }}
          onConfirm={async (values) => {
            if (values.text('confirmation').trim() !== who.username)
              throw fieldProblem('confirmation', `请输入 ${who.username}`);
            await account.remove();
            location.replace('/');
          }}
          onClose={() => setRemoving(false)}
        >
          <Field name="confirmation" label={`请输入用户名 ${who.username} 以确认`} isFirst />
        </Confirm>
      )}
    </section>
  );
}
