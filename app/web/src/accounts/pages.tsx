import type { Place } from '../address.ts';
import type { User } from '../session.ts';
import { AccountPage } from './account-page.tsx';
import { AuditPage } from './audit-page.tsx';
import { PageHeading } from './page-heading.tsx';
import { UsersPage } from './users-page.tsx';

/** The pages about people. The server refuses what a role may not; here nobody is sent there in vain. */
export function AccountPages(props: {
  readonly at: Exclude<Place, 'chart' | 'monitoring'>;
  readonly who: User;
}) {
  const { at, who } = props;
  if (at === 'account') return <AccountPage key={who.id} who={who} />;
  if (who.role !== 'admin')
    return (
      <main class="pages">
        <PageHeading text="只有管理员能看这一页" />
      </main>
    );
  return at === 'users' ? <UsersPage key={who.id} /> : <AuditPage key={who.id} />;
}
