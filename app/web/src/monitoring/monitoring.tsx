import { Fetched } from '../forms/fetched.tsx';
import type { User } from '../session.ts';

/** The pages of the monitoring, which are no burden for who only looks at shares. */
export function Monitoring({ who }: { readonly who: User }) {
  return (
    <Fetched
      name="monitoring"
      fetch={() => import('./pages.tsx')}
      show={({ MonitoringPages }) => <MonitoringPages who={who} />}
    />
  );
}
