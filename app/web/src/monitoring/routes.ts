import { client } from '../client.ts';
import { queryText, type Query, type Wanted } from '../http.ts';
import type {
  Alert,
  Channel,
  Delivery,
  ErrorDecision,
  Health,
  LogLevel,
  LogLevelState,
  Matchers,
  MetricAnswer,
  MetricName,
  Paged,
  PlatformStatus,
  ReportItem,
  ReportKind,
  Rule,
  RuleBody,
  Silence,
  SlowRecord,
  TrackedError,
  TrackedErrorDetails,
  WrittenRule,
} from './types.ts';

const DELIVERIES = '/api/v1/notifications';

export const get = <T>(path: string, signal: AbortSignal, query: Query = {}): Promise<T> =>
  client.send(`${path}${queryText(query)}`, { signal });
export const send = <T>(method: Wanted['method'] & string, path: string, body?: unknown): Promise<T> =>
  client.send(path, { method, ...(body === undefined ? {} : { body }) });

export const health = {
  components: (signal: AbortSignal): Promise<Health> => get('/monitoring/health', signal),
  status: (signal: AbortSignal): Promise<PlatformStatus> => get('/monitoring/status', signal),
};

interface MetricWish {
  readonly name: string;
  readonly labels?: string | undefined;
  readonly from: string;
  readonly to: string;
  readonly step: string;
  readonly by: 'instance' | 'role';
}

export const metrics = {
  read: (wish: MetricWish, signal: AbortSignal): Promise<MetricAnswer> =>
    get('/monitoring/metrics', signal, { ...wish }),
  names: async (signal: AbortSignal): Promise<readonly MetricName[]> =>
    (await get<{ items: readonly MetricName[] }>('/monitoring/metrics/names', signal)).items,
};

export const alerts = {
  list: (query: Query, signal: AbortSignal): Promise<Paged<Alert>> =>
    get('/monitoring/alerts', signal, query),
  find: (id: string, signal: AbortSignal): Promise<Alert> => get(`/monitoring/alerts/${at(id)}`, signal),
  acknowledge: (id: string, comment: string): Promise<Alert> =>
    send('POST', `/monitoring/alerts/${at(id)}/acknowledge`, { comment }),
};

export interface SilenceWish {
  readonly matchers: Matchers;
  readonly minutes: number;
  /** Absent: now. */
  readonly startsAt?: string;
  readonly comment: string;
}

export const silences = {
  list: async (signal: AbortSignal): Promise<readonly Silence[]> =>
    (await get<{ items: readonly Silence[] }>('/monitoring/silences', signal)).items,
  create: (wish: SilenceWish): Promise<Silence> => send('POST', '/monitoring/silences', wish),
  end: (id: string): Promise<void> => send('DELETE', `/monitoring/silences/${at(id)}`),
};

export const rules = {
  list: async (signal: AbortSignal): Promise<readonly Rule[]> =>
    (await get<{ items: readonly Rule[] }>('/monitoring/rules', signal)).items,
  write: (name: string, body: RuleBody): Promise<WrittenRule> =>
    send('PUT', `/monitoring/rules/${at(name)}`, body),
  remove: (name: string): Promise<void> => send('DELETE', `/monitoring/rules/${at(name)}`),
};

export const deliveries = {
  list: (query: Query, signal: AbortSignal): Promise<Paged<Delivery>> =>
    get(`${DELIVERIES}/deliveries`, signal, query),
  retry: (id: string): Promise<Delivery> => send('POST', `${DELIVERIES}/deliveries/${at(id)}/retry`),
  test: (channel: Channel): Promise<Delivery> => send('POST', `${DELIVERIES}/channels/${channel}/test`),
};

export const errors = {
  list: (query: Query, signal: AbortSignal): Promise<Paged<TrackedError>> =>
    get('/monitoring/errors', signal, query),
  find: (id: string, signal: AbortSignal): Promise<TrackedErrorDetails> =>
    get(`/monitoring/errors/${at(id)}`, signal),
  decide: (id: string, decision: ErrorDecision, reason: string): Promise<TrackedErrorDetails> =>
    send('POST', `/monitoring/errors/${at(id)}/${decision}`, { reason }),
};

export const slow = {
  list: (query: Query, signal: AbortSignal): Promise<Paged<SlowRecord>> =>
    get('/monitoring/performance', signal, query),
};

export interface LogLevelWish {
  readonly level: LogLevel;
  readonly minutes: number;
  /** Absent: all processes. */
  readonly role?: string | undefined;
  readonly reason: string;
}

const LOG_LEVEL = '/monitoring/log-level';

export const logLevel = {
  read: (signal: AbortSignal): Promise<LogLevelState> => get(LOG_LEVEL, signal),
  order: (wish: LogLevelWish): Promise<LogLevelState> => send('PUT', LOG_LEVEL, wish),
  end: (): Promise<LogLevelState> => send('DELETE', LOG_LEVEL),
};

export interface ReportWish {
  readonly kind: ReportKind;
  /** About the last whole day or week that was over then; absent: now. */
  readonly to?: string | undefined;
  /** Tell it over all channels, as the schedule does. */
  readonly send: boolean;
}

const REPORTS = '/monitoring/reports';

export const reports = {
  list: (query: Query, signal: AbortSignal): Promise<Paged<ReportItem>> => get(REPORTS, signal, query),
  make: (wish: ReportWish): Promise<ReportItem> => send('POST', REPORTS, wish),
  path: (id: string, format: 'html' | 'pdf' | 'json'): string => `${REPORTS}/${at(id)}?format=${format}`,
};

function at(id: string): string {
  return encodeURIComponent(id);
}
