import type { ComponentChildren } from 'preact';
import type { Where } from '../where.ts';
import { ErrorPage } from './error-page.tsx';
import { ErrorsPage } from './errors-page.tsx';
import { LogLevelPage } from './log-level-page.tsx';
import { ReportsPage } from './reports-page.tsx';
import { SlowPage } from './slow-page.tsx';

export type RecordSection = 'errors' | 'slow' | 'log-level' | 'reports';

/** The pages about what the platform wrote down of itself. */
export const RECORDS: Readonly<Record<RecordSection, (at: Required<Where>) => ComponentChildren>> = {
  errors: ({ id, query }) =>
    id === undefined ? <ErrorsPage query={query} /> : <ErrorPage key={id} id={id} />,
  slow: ({ query }) => <SlowPage query={query} />,
  'log-level': () => <LogLevelPage />,
  reports: ({ query }) => <ReportsPage query={query} />,
};
