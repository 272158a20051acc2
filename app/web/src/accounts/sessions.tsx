import { useState } from 'preact/hooks';
import { ActionButton } from '../forms/action.tsx';
import { Confirm } from '../forms/confirm.tsx';
import { Free, List } from '../forms/list.tsx';
import { useLoaded } from '../forms/loaded.ts';
import { instantText } from '../format.ts';
import { account } from './routes.ts';
import { agentText } from './texts.ts';

export function Sessions() {
  const sessions = useLoaded('sessions', account.sessions);
  const [isConfirming, setConfirming] = useState(false);
  const end = async (id: string): Promise<void> => {
    await account.endSession(id);
    sessions.reload();
  };
  const others = sessions.value?.some(({ isCurrent }) => !isCurrent) ?? false;
  return (
    <section class="panel" aria-labelledby="sessions">
      <h3 id="sessions">登录的设备</h3>
      <List
        label="登录的设备"
        heads={['设备', '地址', '登录于', '最近使用', '']}
        loaded={sessions}
        empty="没有登录。"
        keyOf={({ id }) => id}
        cells={({ id, userAgent, address, createdAt, lastSeenAt, isCurrent }) => [
          <Free title={userAgent ?? ''}>{agentText(userAgent)}</Free>,
          address,
          instantText(createdAt),
          instantText(lastSeenAt),
          isCurrent ? <b>这台设备</b> : <ActionButton text="结束" onPress={() => end(id)} />,
        ]}
      />
      {others && (
        <p class="actions">
          <button type="button" class="plain" onClick={() => setConfirming(true)}>
            结束其他全部登录
          </button>
        </p>
      )}
      {isConfirming && (
        <Confirm
          title="结束其他全部登录"
          text="除这台设备以外，所有设备都要重新登录。API 密钥不受影响。"
          submitText="结束"
          onConfirm={async () => {
            await account.endOtherSessions();
            sessions.reload();
          }}
          onClose={() => setConfirming(false)}
        />
      )}
    </section>
  );
}
