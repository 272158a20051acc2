import { useState } from 'preact/hooks';
import { Dialog } from '../../forms/dialog.tsx';
import { Field } from '../../forms/field.tsx';
import { Form } from '../../forms/form.tsx';
import { Freshness } from '../freshness.tsx';
import { useLive } from '../live.ts';
import { personText, useNames } from '../person.tsx';
import { alerts, deliveries } from '../routes.ts';
import { AlertStateTag, SeverityTag, Tag } from '../tag.tsx';
import type { Alert, Delivery } from '../types.ts';
import { clockText, short } from '../units.ts';
import { writeWhere } from '../where.ts';
import { matchersText } from './matchers.ts';
import { matchersFor, SilenceForm } from './silence-form.tsx';
import { type Moment, timelineOf } from './timeline.ts';

const EVERY_MS = 15_000;

interface Whole {
  readonly alert: Alert;
  readonly told: readonly Delivery[];
}

/** The alert is worth showing without what was told of it. */
async function load(id: string, signal: AbortSignal): Promise<Whole> {
  const told = deliveries.list({ subject: `alert ${id}`, limit: '200' }, signal).catch(() => ({ items: [] }));
  const [alert, { items }] = await Promise.all([alerts.find(id, signal), told]);
  return { alert, told: items };
}

function AcknowledgeForm(props: {
  readonly id: string;
  readonly onDone: () => void;
  readonly onClose: () => void;
}) {
  return (
    <Dialog title="确认告警" onClose={props.onClose}>
      <p>表示有人在处理：不再升级，恢复时仍会通知。</p>
      <Form
        submitText="确认"
        texts={{ conflict: '告警已经结束，不需要确认。' }}
        onCancel={props.onClose}
        onSubmit={async (values) => {
          await alerts.acknowledge(props.id, values.text('comment'));
          props.onDone();
        }}
      >
        <Field name="comment" label="说明" hint="在做什么，写给会看到它的人" isFirst />
      </Form>
    </Dialog>
  );
}

function Timeline({ moments }: { readonly moments: readonly Moment[] }) {
  return (
    <ol class="timeline">
      {moments.map(({ at, tone, text, note, until }, index) => (
        <li key={`${at} ${index}`}>
          <time dateTime={at}>{clockText(at)}</time> <Tag tone={tone}>{text}</Tag>
          {until !== undefined && <small> 至 {clockText(until)}</small>}
          {note !== undefined && <p>{note}</p>}
        </li>
      ))}
    </ol>
  );
}

function AlertFacts({ alert }: { readonly alert: Alert }) {
  const { value, limit } = alert;
  const facts = [
    ['标签', matchersText(alert.labels) || '—'],
    ['最近的值', value === null ? '—' : `${short(value)}${limit === null ? '' : `（界限 ${short(limit)}）`}`],
    ['判断次数', String(alert.evaluations)],
    ['冷却期内再次成立', `${alert.reopened} 次`],
    ['通知', `${alert.messages} 条`],
    ['指纹', alert.fingerprint],
  ] as const;
  return (
    <dl class="facts">
      {facts.map(([name, text]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{text}</dd>
        </div>
      ))}
    </dl>
  );
}

function Actions(props: {
  readonly alert: Alert;
  readonly onOpen: (what: 'acknowledge' | 'silence') => void;
}) {
  const { alert, onOpen } = props;
  return (
    <p class="actions">
      {alert.state !== 'resolved' && alert.acknowledgedAt === null && (
        <button type="button" class="plain" onClick={() => onOpen('acknowledge')}>
          确认
        </button>
      )}
      <button type="button" class="plain" onClick={() => onOpen('silence')}>
        静默…
      </button>
      <a href={writeWhere({ section: 'alerts', query: { rule: alert.rule } })}>这条规则的全部告警</a>
    </p>
  );
}

export function AlertPage({ id }: { readonly id: string }) {
  const live = useLive(id, (signal) => load(id, signal), EVERY_MS);
  const names = useNames();
  const [open, setOpen] = useState<'acknowledge' | 'silence' | undefined>(undefined);
  const close = (): void => setOpen(undefined);
  const done = (): void => {
    close();
    live.reload();
  };
  const { value } = live;
  return (
    <>
      <p class="back">
        <a href={writeWhere({ section: 'alerts' })}>← 全部告警</a>
      </p>
      <section class="panel" aria-label="告警">
        <Freshness of={live} />
        {value && (
          <>
            <h3>
              {value.alert.rule} <AlertStateTag state={value.alert.state} />{' '}
              <SeverityTag severity={value.alert.severity} />
            </h3>
            <p lang="en">{value.alert.summary}</p>
            <p lang="en" class="minor">
              {value.alert.description}
            </p>
            <AlertFacts alert={value.alert} />
            <Actions alert={value.alert} onOpen={setOpen} />
          </>
        )}
      </section>
      {value && (
        <section class="panel" aria-labelledby="timeline">
          <h3 id="timeline">经过</h3>
          <Timeline moments={timelineOf(value.alert, value.told, (who) => personText(who, names))} />
        </section>
      )}
      {value && open === 'acknowledge' && <AcknowledgeForm id={id} onDone={done} onClose={close} />}
      {value && open === 'silence' && (
        <SilenceForm matchers={matchersFor(value.alert)} onDone={done} onClose={close} />
      )}
    </>
  );
}
