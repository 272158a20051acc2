import { useState } from 'preact/hooks';
import { loadSession } from '../client.ts';
import { ActionButton } from '../forms/action.tsx';
import { Confirm } from '../forms/confirm.tsx';
import { Dialog } from '../forms/dialog.tsx';
import { CodeField } from '../forms/field.tsx';
import { Form } from '../forms/form.tsx';
import { useLoaded } from '../forms/loaded.ts';
import { ShownOnce } from '../forms/shown-once.tsx';
import { session, type User } from '../session.ts';
import { QRCode } from './qr-code.tsx';
import { account } from './routes.ts';
import { grouped } from './texts.ts';
import type { Enrolment } from './types.ts';

/** Three ways to the same secret: to be scanned, to be opened on a phone, to be typed. */
function EnrolmentSteps(props: {
  readonly enrolment: Enrolment;
  readonly onDone: (recoveryCodes: readonly string[]) => void;
  readonly onCancel: () => void;
}) {
  const { secret, uri } = props.enrolment;
  return (
    <>
      <p>用验证器应用扫描，或在手机上打开链接，或手动输入密钥（TOTP，六位，30 秒）：</p>
      <div class="enrolment">
        <QRCode text={uri} label="第二因素密钥的二维码；下方有同样的文字" />
        <div>
          <p>
            <a href={uri}>在验证器应用中打开</a>
          </p>
          <p>
            <span class="minor">密钥</span> <code class="totp-secret">{grouped(secret)}</code>
          </p>
        </div>
      </div>
      <Form
        submitText="启用"
        onCancel={props.onCancel}
        onSubmit={async (values) => {
          const { recoveryCodes } = await account.confirm(values.code('code') ?? '');
          props.onDone(recoveryCodes);
        }}
      >
        <CodeField isFirst />
      </Form>
    </>
  );
}

type Open =
  | { readonly what: 'enrolment'; readonly enrolment: Enrolment }
  | { readonly what: 'codes'; readonly codes: readonly string[] }
  | { readonly what: 'renewal' | 'removal' };

function Dialogs({ open, setOpen }: { readonly open: Open; readonly setOpen: (next?: Open) => void }) {
  const close = (): void => {
    setOpen(undefined);
    void loadSession();
  };
  if (open.what === 'enrolment')
    return (
      <Dialog key={open.what} title="启用第二因素" onClose={close}>
        <EnrolmentSteps
          enrolment={open.enrolment}
          onDone={(codes) => setOpen({ what: 'codes', codes })}
          onCancel={close}
        />
      </Dialog>
    );
  if (open.what === 'codes')
    return (
      <ShownOnce
        key={open.what}
        title="恢复码"
        label="恢复码"
        lines={open.codes}
        canPrint
        doneText="我已保存"
        onDone={close}
      >
        <p>手机不在身边时，每个恢复码可以代替验证码登录一次。请抄写或打印，放在安全的地方。</p>
      </ShownOnce>
    );
  if (open.what === 'renewal')
    return (
      <Dialog key={open.what} title="新的恢复码" onClose={close}>
        <p>以前的恢复码会全部失效。</p>
        <Form
          submitText="生成"
          onCancel={close}
          onSubmit={async () => {
            const { recoveryCodes } = await account.renewCodes();
            setOpen({ what: 'codes', codes: recoveryCodes });
          }}
        />
      </Dialog>
    );
  return (
    <Confirm
      title="停用第二因素"
      text={
        session.value?.requiresSecondFactor
          ? '恢复码也会失效。平台要求您的账户有第二因素：停用之后须立即重新启用，例如换手机时。'
          : '之后只凭密码就能登录；恢复码也会失效。'
      }
      submitText="停用"
      onConfirm={() => account.removeSecondFactor()}
      onClose={close}
    />
  );
}

/** Who has none left learns it here, and not when the phone is lost. */
function CodesLeft() {
  const left = useLoaded('second-factor', account.secondFactor).value?.recoveryCodesLeft;
  if (left === undefined) return null;
  return left > 2 ? (
    <p class="minor">还有 {left} 个未用的恢复码。</p>
  ) : (
    <p class="warning">
      {left === 0 ? '恢复码已经用完' : `只剩 ${left} 个恢复码`}
      ：请生成新的，否则手机丢失后只能由管理员移除第二因素。
    </p>
  );
}

export function SecondFactor({ who }: { readonly who: User }) {
  const [open, setOpen] = useState<Open | undefined>(undefined);
  return (
    <section class="panel" aria-labelledby="second-factor">
      <h3 id="second-factor">第二因素</h3>
      <p class="minor">
        {who.hasSecondFactor
          ? '已启用：登录时除密码外还需要验证器应用的验证码。'
          : '未启用。启用之后，登录时除密码外还需要手机上验证器应用的验证码，被窃的密码就不够了。'}
      </p>
      {who.hasSecondFactor && <CodesLeft key={open?.what} />}
      <p class="actions">
        {who.hasSecondFactor ? (
          <>
            <button type="button" class="plain" onClick={() => setOpen({ what: 'renewal' })}>
              新的恢复码
            </button>
            <button type="button" class="plain" onClick={() => setOpen({ what: 'removal' })}>
              停用
            </button>
          </>
        ) : (
          <ActionButton
            text="启用第二因素"
            onPress={async () => setOpen({ what: 'enrolment', enrolment: await account.enrol() })}
          />
        )}
      </p>
      {open && <Dialogs open={open} setOpen={setOpen} />}
    </section>
  );
}
