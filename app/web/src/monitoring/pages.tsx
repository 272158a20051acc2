import { computed } from '@preact/signals';
import { PageHeading } from '../accounts/page-heading.tsx';
import { fragment } from '../place.ts';
import { isAtLeast, type User } from '../session.ts';
import { AlertPage } from './alerts/alert-page.tsx';
import { AlertsPage } from './alerts/alerts-page.tsx';
import { DeliveriesPage } from './alerts/deliveries-page.tsx';
import { RulesPage } from './alerts/rules-page.tsx';
import { SilencesPage } from './alerts/silences-page.tsx';
import { ChartsPage } from './charts/charts-page.tsx';
import { HealthPage } from './health/health-page.tsx';
import './monitoring.css';
import { ErrorPage } from './records/error-page.tsx';
import { ErrorsPage } from './records/errors-page.tsx';
import { LogLevelPage } from './records/log-level-page.tsx';
import { ReportsPage } from './records/reports-page.tsx';
import { SlowPage } from './records/slow-page.tsx';
import { readWhere, type Section, SECTIONS, type Where, writeWhere } from './where.ts';
import { SECTION_TEXTS } from './words.ts';

const where = computed(() => readWhere(fragment.value));

function Sections({ at }: { readonly at: Section }) {
  return (
    <nav class="sections" aria-label="监控">
      {SECTIONS.map((section) => (
        <a
          key={section}
          href={writeWhere({ section })}
          {...(section === at ? { 'aria-current': 'page' } : {})}
        >
          {SECTION_TEXTS[section]}
        </a>
      ))}
    </nav>
  );
}

function Page({ at }: { readonly at: Required<Where> }) {
  switch (at.section) {
    case 'charts':
      return <ChartsPage query={at.query} />;
    case 'alerts':
      return at.id === undefined ? <AlertsPage query={at.query} /> : <AlertPage key={at.id} id={at.id} />;
    case 'silences':
      return <SilencesPage />;
    case 'rules':
      return <RulesPage />;
    case 'deliveries':
      return <DeliveriesPage query={at.query} />;
    case 'errors':
      return at.id === undefined ? <ErrorsPage query={at.query} /> : <ErrorPage key={at.id} id={at.id} />;
    case 'slow':
      return <SlowPage query={at.query} />;
    case 'log-level':
      return <LogLevelPage />;
    case 'reports':
      return <ReportsPage query={at.query} />;
    case 'health':
      return <HealthPage isOperator />;
  }
}

/** The pages about the platform itself. A viewer sees the state of its components, operators everything. */
export function MonitoringPages({ who }: { readonly who: User }) {
  const isOperator = isAtLeast(who.role, 'operator');
  const at = where.value;
  const { section, id } = isOperator ? at : ({ section: 'health', id: undefined } as const);
  return (
    <main class="pages monitoring">
      {/* Another page is another heading, which takes the focus. */}
      <PageHeading key={`${section}/${id ?? ''}`} text={`监控 · ${SECTION_TEXTS[section]}`} />
      {isOperator && <Sections at={section} />}
      {isOperator ? <Page key={section} at={at} /> : <HealthPage isOperator={false} />}
    </main>
  );
}
