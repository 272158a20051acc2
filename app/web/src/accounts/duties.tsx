import { computed } from '@preact/signals';
import { place } from '../place.ts';
import { owes, readsNothing, type User } from '../session.ts';
import { NewPasswordForm } from './new-password.tsx';
import { PageHeading } from './page-heading.tsx';
import { SecondFactor } from './second-factor.tsx';

/** What is owed stands in place of what the server would refuse; the chart stands where everybody may read it. */
export const isDutyFirst = computed(
  () => owes.value !== undefined && (place.value !== 'chart' || readsNothing.value),
);

const NOTICES = {
  password: ['您的密码由他人设置，更换之前只能查看公开的行情。', '更换密码'],
  'second-factor': ['平台要求您的账户启用第二因素，启用之前只能查看公开的行情。', '启用第二因素'],
} as const;

/** On the chart, which is open all the same: why the account does nothing yet, and the way on. */
export function DutyNotice() {
  if (owes.value === undefined || isDutyFirst.value) return null;
  const [text, link] = NOTICES[owes.value];
  return (
    <p class="notices stale" role="status">
      <span>{text}</span>
      <a href="#account">{link}</a>
    </p>
  );
}

function PasswordDuty() {
  return (
    <main class="pages">
      <PageHeading text="请更换密码" />
      <section class="panel narrow" aria-label="更换密码">
        <p>您的密码由他人设置，别人也知道它。请换一个只有您知道的密码；更换之前，账户的其他功能不可用。</p>
        <NewPasswordForm isFirst />
      </section>
    </main>
  );
}

function SecondFactorDuty({ who }: { readonly who: User }) {
  return (
    <main class="pages">
      <PageHeading text="请先启用第二因素" />
      <p>
        平台要求您的账户在密码之外还有第二因素：密码被窃时，别人仍然不能登录。启用之前，账户的其他功能不可用，您的
        API 密钥也暂时无效；启用之后立即恢复。
      </p>
      <SecondFactor who={who} />
    </main>
  );
}

export function DutyPage({ who }: { readonly who: User }) {
  return owes.value === 'password' ? <PasswordDuty /> : <SecondFactorDuty who={who} />;
}
