import { computed } from '@preact/signals';
import { place } from '../place.ts';
import { owesSecondFactor, readsNothing, type User } from '../session.ts';
import { PageHeading } from './page-heading.tsx';
import { SecondFactor } from './second-factor.tsx';

/** In place of what the server would refuse; the chart stands where everybody may read it. */
export const needsSecondFactor = computed(
  () => owesSecondFactor.value && (place.value !== 'chart' || readsNothing.value),
);

/** On the chart, which is open all the same: why the account does nothing yet, and the way on. */
export function SecondFactorNotice() {
  if (!owesSecondFactor.value || needsSecondFactor.value) return null;
  return (
    <p class="notices stale" role="status">
      <span>平台要求您的账户启用第二因素，启用之前只能查看公开的行情。</span>
      <a href="#account">启用第二因素</a>
    </p>
  );
}

export function SecondFactorPage({ who }: { readonly who: User }) {
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
