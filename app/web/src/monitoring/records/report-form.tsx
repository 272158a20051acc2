import { instantOf } from '../../accounts/audit-filter.ts';
import { Dialog } from '../../forms/dialog.tsx';
import { Field, SelectField } from '../../forms/field.tsx';
import { fieldProblem } from '../../forms/field-problem.ts';
import { Form } from '../../forms/form.tsx';
import { reports } from '../routes.ts';
import { REPORT_KINDS } from '../types.ts';
import { reportKindText } from '../words.ts';

const SEND = [
  ['false', '只在这里看'],
  ['true', '同时发给全部渠道'],
] as const;

/** One report of a time that is over; where there is one already, that one is answered. */
export function ReportForm({
  onDone,
  onClose,
}: {
  readonly onDone: () => void;
  readonly onClose: () => void;
}) {
  return (
    <Dialog title="生成报告" onClose={onClose}>
      <Form
        submitText="生成"
        onCancel={onClose}
        onSubmit={async (values) => {
          const kind = REPORT_KINDS.find((one) => one === values.text('kind'));
          if (kind === undefined) throw fieldProblem('kind', '请选择种类');
          await reports.make({
            kind,
            to: instantOf(values.text('to')),
            send: values.text('send') === 'true',
          });
          onDone();
        }}
      >
        <SelectField
          name="kind"
          label="种类"
          options={REPORT_KINDS.map((kind) => [kind, reportKindText(kind)] as const)}
        />
        <Field
          name="to"
          label="截至"
          kind="datetime-local"
          hint="报告这之前最后一个整日，或周一至周日的整周；不填为最近一个已完整的。同一时段已有报告时不再生成"
          isOptional
        />
        <SelectField name="send" label="发送" options={SEND} />
      </Form>
    </Dialog>
  );
}
