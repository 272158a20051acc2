import { useState } from 'preact/hooks';
import type { Line } from '../charts/lines.ts';
import type { Window } from '../charts/panels.ts';
import { TimeChart } from '../charts/time-chart.tsx';
import { Dialog } from '../../forms/dialog.tsx';
import { Field } from '../../forms/field.tsx';
import { Form } from '../../forms/form.tsx';
import { List } from '../../forms/list.tsx';
import { Facts } from '../facts.tsx';
import { Freshness } from '../freshness.tsx';
import { useLive } from '../live.ts';
import { personText, useNames } from '../person.tsx';
import { errors } from '../routes.ts';
import { ErrorStatusTag, Tag } from '../tag.tsx';
import type { ErrorDecision, TrackedErrorDetails } from '../types.ts';
import { clockText } from '../units.ts';
import { writeWhere } from '../where.ts';
import { roleText } from '../words.ts';

const EVERY_MS = 15_000;
const HOUR_MS = 3_600_000;
const HOURS = 48;

const DECISIONS: Readonly<Record<ErrorDecision, readonly [text: string, explains: string]>> = {
  resolve: ['标为已解决', '再次发生时，它又是未解决的，并记为复发。'],
  ignore: ['忽略', '不再处理；再次发生也只是计数。'],
  reopen: ['重新打开', '收回之前的决定。'],
};

const decisionsFor = ({ status }: TrackedErrorDetails): readonly ErrorDecision[] =>
  status === 'open' ? ['resolve', 'ignore'] : ['reopen'];

function DecisionForm(props: {
  readonly id: string;
  readonly decision: ErrorDecision;
  readonly onDone: () => void;
  readonly onClose: () => void;
}) {
  const { id, decision, onDone, onClose } = props;
  const [text, explains] = DECISIONS[decision];
  return (
    <Dialog title={text} onClose={onClose}>
      <p>{explains}</p>
      <Form
        submitText={text}
        onCancel={onClose}
        onSubmit={async (values) => {
          await errors.decide(id, decision, values.text('reason'));
          onDone();
        }}
      >
        <Field name="reason" label="原因" hint="写给会看到它的人" isFirst />
      </Form>
    </Dialog>
  );
}

/** Hours of the last two days, those in which it did not happen too: of this, a missing hour is a zero. */
export function hoursOf(
  { hours }: Pick<TrackedErrorDetails, 'hours'>,
  now: number,
): { readonly line: Line; readonly window: Window } {
  const to = Math.floor(now / HOUR_MS) * HOUR_MS + HOUR_MS;
  const counts = new Map(hours.map(({ hour, count }) => [Date.parse(hour), count]));
  const points = Array.from({ length: HOURS }, (_, index) => {
    const begins = to - (HOURS - index) * HOUR_MS;
    return { at: begins + HOUR_MS, value: counts.get(begins) ?? 0 };
  });
  return {
    line: { name: '每小时次数', points },
    window: { from: to - HOURS * HOUR_MS, to, step: HOUR_MS / 1000 },
  };
}

function Hours({ error }: { readonly error: TrackedErrorDetails }) {
  const [cursor, setCursor] = useState<number | undefined>(undefined);
  const { line, window } = hoursOf(error, Date.now());
  const textAt = (at: number): string =>
    `${clockText(new Date(at - HOUR_MS))} 起一小时 ${line.points.find((point) => point.at === at)?.value ?? 0} 次`;
  return (
    <section class="panel" aria-labelledby="hours">
      <h3 id="hours">最近 48 小时，每小时次数</h3>
      <TimeChart
        {...{ window, textAt, cursor }}
        title="每小时次数"
        lines={[line]}
        unit="count"
        onCursor={setCursor}
      />
      <p class="minor chart-time">{cursor === undefined ? '' : textAt(cursor)}</p>
    </section>
  );
}

function Samples({ error }: { readonly error: TrackedErrorDetails }) {
  const names = useNames();
  return (
    <section class="panel" aria-labelledby="samples">
      <h3 id="samples">最近几次</h3>
      <List
        label="最近几次"
        heads={['时间', '进程', '请求编号', '跟踪编号', '任务编号', '用户']}
        loaded={{ value: error.samples, problem: undefined, reload: () => undefined }}
        empty="没有留下样本。"
        keyOf={({ at, process, requestId = '' }) => `${at} ${process} ${requestId}`}
        cells={({ at, process, requestId, traceId, runId, userId }) => [
          clockText(at),
          <code>{process}</code>,
          <code>{requestId ?? '—'}</code>,
          <code>{traceId ?? '—'}</code>,
          <code>{runId ?? '—'}</code>,
          userId === undefined ? '—' : personText(userId, names),
        ]}
      />
    </section>
  );
}

function Summary(props: {
  readonly error: TrackedErrorDetails;
  readonly onDecide: (decision: ErrorDecision) => void;
}) {
  const { error, onDecide } = props;
  const { type, message, status, statusAt, statusReason, regressedAt } = error;
  const facts = {
    次数: error.count,
    首次: clockText(error.firstSeenAt),
    最近: clockText(error.lastSeenAt),
    进程: roleText(error.role),
    版本: error.version,
    指纹: error.fingerprint,
    ...error.context,
  };
  return (
    <>
      <h3>
        {type} <ErrorStatusTag status={status} />
        {regressedAt !== null && <Tag tone="fair">复发于 {clockText(regressedAt)}</Tag>}
      </h3>
      <p lang="en">{message}</p>
      {statusAt !== null && (
        <p class="minor">
          {clockText(statusAt)}：{statusReason}
        </p>
      )}
      <Facts of={facts} />
      <p class="actions">
        {decisionsFor(error).map((decision) => (
          <button key={decision} type="button" class="plain" onClick={() => onDecide(decision)}>
            {DECISIONS[decision][0]}…
          </button>
        ))}
      </p>
    </>
  );
}

export function ErrorPage({ id }: { readonly id: string }) {
  const live = useLive(id, (signal) => errors.find(id, signal), EVERY_MS);
  const [decision, setDecision] = useState<ErrorDecision | undefined>(undefined);
  const { value } = live;
  return (
    <>
      <p class="back">
        <a href={writeWhere({ section: 'errors' })}>← 全部错误</a>
      </p>
      <section class="panel" aria-label="错误">
        <Freshness of={live} />
        {value && <Summary error={value} onDecide={setDecision} />}
      </section>
      {value && <Hours error={value} />}
      {value && value.stack !== null && (
        <section class="panel" aria-labelledby="stack">
          <h3 id="stack">调用栈</h3>
          <pre tabIndex={0} aria-labelledby="stack" lang="en">
            {value.stack}
          </pre>
        </section>
      )}
      {value && <Samples error={value} />}
      {decision && (
        <DecisionForm
          {...{ id, decision }}
          onDone={() => {
            setDecision(undefined);
            live.reload();
          }}
          onClose={() => setDecision(undefined)}
        />
      )}
    </>
  );
}
