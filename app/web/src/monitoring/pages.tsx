import type { ComponentChildren } from 'preact';
import { computed } from '@preact/signals';
import { PageHeading } from '../accounts/page-heading.tsx';
import { Fetched } from '../forms/fetched.tsx';
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
import type { RecordSection } from './records/pages.tsx';
import { type Read, readWhere, type Section, SECTIONS, type Where, writeWhere } from './where.ts';
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

const record =
  (name: RecordSection) =>
  (at: Required<Where>): ComponentChildren => (
    <Fetched
      name="records"
      fetch={() => import('./records/pages.tsx')}
      show={({ RECORDS }) => RECORDS[name](at)}
    />
  );

/** With the object that the address names, where there are pages of single ones. */
const PAGES: Readonly<Record<Section, (at: Required<Where>) => ComponentChildren>> = {
  health: () => <HealthPage isOperator />,
  charts: ({ query }) => <ChartsPage query={query} />,
  alerts: ({ id, query }) =>
    id === undefined ? <AlertsPage query={query} /> : <AlertPage key={id} id={id} />,
  silences: () => <SilencesPage />,
  rules: () => <RulesPage />,
  deliveries: ({ query }) => <DeliveriesPage query={query} />,
  errors: record('errors'),
  slow: record('slow'),
  'log-level': record('log-level'),
  reports: record('reports'),
};

/** Why it is not the page that the address names. */
function elsewhereText({ section, unknown }: Read, isOperator: boolean): string | undefined {
  if (unknown !== undefined) return `没有“${unknown}”这一页，以下是平台的健康。`;
  if (isOperator || section === 'health') return undefined;
  return `“${SECTION_TEXTS[section]}”只对操作者与管理员开放，您的角色看不到；以下是平台的健康。`;
}

/** The pages about the platform itself. A viewer sees the state of its components, operators everything. */
export function MonitoringPages({ who }: { readonly who: User }) {
  const isOperator = isAtLeast(who.role, 'operator');
  const at = where.value;
  const elsewhere = elsewhereText(at, isOperator);
  const { section, id } = isOperator ? at : ({ section: 'health', id: undefined } as const);
  return (
    <main class="pages monitoring">
      {/* Another page is another heading, which takes the focus. */}
      <PageHeading key={`${section}/${id ?? ''}`} text={`监控 · ${SECTION_TEXTS[section]}`} />
      {isOperator && <Sections at={section} />}
      {elsewhere !== undefined && <p class="stale-line">{elsewhere}</p>}
      {isOperator ? PAGES[section](at) : <HealthPage isOperator={false} />}
    </main>
  );
}
