import { useState } from 'preact/hooks';
import { Dialog } from '../../forms/dialog.tsx';
import { Field, SelectField } from '../../forms/field.tsx';
import { fieldProblem } from '../../forms/field-problem.ts';
import { Form, type Values } from '../../forms/form.tsx';
import { rules } from '../routes.ts';
import { type Rule, type RuleBody, SEVERITIES, type WrittenRule } from '../types.ts';
import { severityText } from '../words.ts';
import {
  CONDITION_FIELDS,
  CONDITION_KINDS,
  type ConditionField,
  type ConditionKind,
  conditionOf,
  fieldName,
  fieldTextOf,
  isConditionKind,
  KIND_TEXTS,
  listOfText,
  numberOf,
} from './conditions.ts';

const SECONDS = [
  ['forSeconds', '持续多久才触发（秒）', 60],
  ['keepFiringSeconds', '消失多久才恢复（秒）', 120],
  ['cooldownSeconds', '同一告警两次通知至少相隔（秒）', 900],
] as const;
const ESCALATION = 'escalateAfterSeconds';

const YES_NO = [
  ['true', '启用'],
  ['false', '停用'],
] as const;

/** All that a rule says, for it is written as a whole. @throws ProblemError */
export function ruleBodyOf(kind: ConditionKind, values: Values): RuleBody {
  const severity = SEVERITIES.find((one) => one === values.text('severity'));
  if (severity === undefined) throw fieldProblem('severity', '请选择级别');
  const seconds = (name: string): number => numberOf(values.text(name), name);
  const escalation = values.optional(ESCALATION);
  return {
    severity,
    summary: values.text('summary').trim(),
    description: values.text('description').trim(),
    condition: conditionOf(kind, values),
    forSeconds: seconds('forSeconds'),
    keepFiringSeconds: seconds('keepFiringSeconds'),
    cooldownSeconds: seconds('cooldownSeconds'),
    ...(escalation === undefined ? {} : { escalateAfterSeconds: numberOf(escalation, ESCALATION) }),
    inhibitedBy: listOfText(values.text('inhibitedBy')),
    isEnabled: values.text('isEnabled') === 'true',
  };
}

/** Of a rule that is there, all that may be written of it. */
export function bodyOf({ name: _name, origin: _origin, ...body }: Rule): RuleBody {
  return body;
}

interface ConditionInputProps {
  readonly field: ConditionField;
  readonly rule: Rule | undefined;
  readonly kind: ConditionKind;
}

function ConditionInput({ field, rule, kind }: ConditionInputProps) {
  const { name, label, hint, as, isOptional = false } = field;
  const text = rule?.condition.kind === kind ? fieldTextOf(field, rule.condition) : undefined;
  const common = { name: fieldName(name), label, ...(hint === undefined ? {} : { hint }) };
  if (typeof as !== 'string') return <SelectField {...common} options={as} defaultValue={text} />;
  return <Field {...common} isOptional={isOptional} defaultValue={text} />;
}

function KindChoice(props: {
  readonly kind: ConditionKind;
  readonly onChoose: (kind: ConditionKind) => void;
}) {
  return (
    <div class="choice" role="group" aria-label="条件种类">
      {CONDITION_KINDS.map((kind) => (
        <button
          key={kind}
          type="button"
          aria-pressed={kind === props.kind}
          onClick={() => props.onChoose(kind)}
        >
          {KIND_TEXTS[kind]}
        </button>
      ))}
    </div>
  );
}

function Words({ rule }: { readonly rule: Rule | undefined }) {
  return (
    <>
      <SelectField
        name="severity"
        label="级别"
        options={SEVERITIES.map((one) => [one, severityText(one)] as const)}
        defaultValue={rule?.severity ?? 'warning'}
      />
      <Field
        name="summary"
        label="摘要"
        hint="一行；可用 {{value}}、{{limit}}、{{detail}}、{{labels.标签}}"
        defaultValue={rule?.summary}
      />
      <Field name="description" label="说明" hint="是什么意思，该做什么" defaultValue={rule?.description} />
    </>
  );
}

function Times({ rule }: { readonly rule: Rule | undefined }) {
  return (
    <>
      {SECONDS.map(([name, label, byDefault]) => (
        <Field
          key={name}
          name={name}
          label={label}
          kind="number"
          min={0}
          defaultValue={String(rule?.[name] ?? byDefault)}
        />
      ))}
      <Field
        name={ESCALATION}
        label="无人确认多久后升级（秒）"
        hint="0：从不；不填：严重的按平台设置，其他从不"
        kind="number"
        min={0}
        defaultValue={rule && String(rule.escalateAfterSeconds)}
        isOptional
      />
      <Field
        name="inhibitedBy"
        label="被哪些规则抑制"
        hint="这些规则触发时不通知本规则，多个之间用逗号"
        defaultValue={rule?.inhibitedBy.join(', ')}
        isOptional
      />
      <SelectField
        name="isEnabled"
        label="状态"
        options={YES_NO}
        defaultValue={String(rule?.isEnabled ?? true) === 'true' ? 'true' : 'false'}
      />
    </>
  );
}

/** Makes a rule, or says all of one anew. */
export function RuleForm(props: {
  readonly rule?: Rule | undefined;
  readonly onDone: (written: WrittenRule) => void;
  readonly onClose: () => void;
}) {
  const { rule, onDone, onClose } = props;
  const known = rule?.condition.kind ?? '';
  const [kind, setKind] = useState<ConditionKind>(isConditionKind(known) ? known : 'threshold');
  const submit = async (values: Values): Promise<void> => {
    const name = rule?.name ?? values.text('name').trim();
    if (!/^[A-Z][A-Za-z0-9]{2,63}$/.test(name))
      throw fieldProblem('name', '3 至 64 个字母和数字，以大写字母开头');
    onDone(await rules.write(name, ruleBodyOf(kind, values)));
  };
  return (
    <Dialog title={rule ? `规则 ${rule.name}` : '新建规则'} onClose={onClose}>
      <Form
        submitText="保存"
        onSubmit={submit}
        onCancel={onClose}
        texts={{ conflict: '规则已达上限，请先删除不用的。' }}
      >
        {!rule && <Field name="name" label="名称" hint="如 QueueLong；不能更改" isFirst />}
        <Words rule={rule} />
        <KindChoice kind={kind} onChoose={setKind} />
        {CONDITION_FIELDS[kind].map((field) => (
          <ConditionInput key={`${kind} ${field.name}`} {...{ field, rule, kind }} />
        ))}
        <Times rule={rule} />
      </Form>
    </Dialog>
  );
}
