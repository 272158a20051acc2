import type { User } from '../session.ts';
import { ApiKeys } from './api-keys.tsx';
import { OwnData } from './own-data.tsx';
import { PageHeading } from './page-heading.tsx';
import { Profile } from './profile.tsx';
import { SecondFactor } from './second-factor.tsx';
import { Sessions } from './sessions.tsx';
import { StoredSecrets } from './stored-secrets.tsx';

export function AccountPage({ who }: { readonly who: User }) {
  return (
    <main class="pages">
      <PageHeading text="账户" />
      <Profile who={who} />
      <SecondFactor who={who} />
      <Sessions />
      <ApiKeys />
      <StoredSecrets />
      <OwnData who={who} />
    </main>
  );
}
