import { Dialog } from '../../forms/dialog.tsx';
import { Field, SelectField } from '../../forms/field.tsx';
import { fieldProblem } from '../../forms/field-problem.ts';
import { Form } from '../../forms/form.tsx';
import { silences } from '../routes.ts';
import type { Alert, Matchers } from '../types.ts';
import { matchersOf, matchersText } from './matchers.ts';

const LENGTHS = [
  ['30', '30 分钟'],
  ['60', '1 小时'],
  ['240', '4 小时'],
  ['1440', '1 天'],
  ['10080', '7 天'],
  ['43200', '30 天'],
] as const;

/** What fits this alert and no other of the rule. */
export const matchersFor = ({ rule, labels }: Alert): Matchers => ({ rule, ...labels });

export function SilenceForm(props: {
  readonly matchers?: Matchers;
  readonly onDone: () => void;
  readonly onClose: () => void;
}) {
  return (
    <Dialog title="静默告警" onClose={props.onClose}>
      <p>在这段时间内，具有下列全部标签的告警仍会记录，但不发通知。</p>
      <Form
        submitText="静默"
        onCancel={props.onClose}
        onSubmit={async (values) => {
          const matchers = matchersOf(values.text('matchers'), 'matchers');
          if (Object.keys(matchers).length === 0) throw fieldProblem('matchers', '至少写一个标签');
          const start = values.text('startsAt');
          await silences.create({
            matchers,
            ...(start === '' ? {} : { startsAt: new Date(start).toISOString() }),
            minutes: Number(values.text('minutes')),
            comment: values.text('comment'),
          });
          props.onDone();
        }}
      >
        <Field
          name="matchers"
          label="标签"
          hint="如 rule=DiskAlmostFull；规则名 rule 与级别 severity 也算标签；多个之间用逗号"
          defaultValue={matchersText(props.matchers ?? {})}
          isFirst
        />
        <Field
          name="startsAt"
          label="开始"
          kind="datetime-local"
          hint="不填则立即开始；可以预先安排今晚的维护"
          isOptional
        />
        <SelectField name="minutes" label="时长" options={LENGTHS} defaultValue="60" />
        <Field name="comment" label="原因" hint="写给会看到它的人" />
      </Form>
    </Dialog>
  );
}
