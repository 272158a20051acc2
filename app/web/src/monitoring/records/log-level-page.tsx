import { useState } from 'preact/hooks';
import { ActionButton } from '../../forms/action.tsx';
import { Dialog } from '../../forms/dialog.tsx';
import { Field, SelectField } from '../../forms/field.tsx';
import { fieldProblem } from '../../forms/field-problem.ts';
import { Form } from '../../forms/form.tsx';
import { Free, List } from '../../forms/list.tsx';
import { Listed } from '../list-page.tsx';
import { useLive } from '../live.ts';
import { personText, useNames } from '../person.tsx';
import { logLevel } from '../routes.ts';
import { LOG_LEVELS, type LogLevelState } from '../types.ts';
import { clockText } from '../units.ts';
import { roleText } from '../words.ts';

const EVERY_MS = 10_000;

const ROLES = [
  ['', '全部进程'],
  ['server', '服务器'],
  ['worker', '后台进程'],
] as const;

const LENGTHS = [
  ['15', '15 分钟'],
  ['60', '1 小时'],
  ['240', '4 小时'],
  ['1440', '1 天'],
] as const;

function OrderForm({ onDone, onClose }: { readonly onDone: () => void; readonly onClose: () => void }) {
  return (
    <Dialog title="更改日志级别" onClose={onClose}>
      <p>5 秒之内在所选进程生效，到时间自动恢复为配置的级别；记入审计日志。</p>
      <Form
        submitText="更改"
        onCancel={onClose}
        onSubmit={async (values) => {
          const level = LOG_LEVELS.find((one) => one === values.text('level'));
          if (level === undefined) throw fieldProblem('level', '请选择级别');
          await logLevel.order({
            level,
            minutes: Number(values.text('minutes')),
            role: values.optional('role'),
            reason: values.text('reason'),
          });
          onDone();
        }}
      >
        <SelectField
          name="level"
          label="级别"
          options={LOG_LEVELS.map((level) => [level, level] as const)}
          defaultValue="debug"
          hint="写下这一级及更重要的；trace 与 debug 会很多"
        />
        <SelectField name="role" label="进程" options={ROLES} />
        <SelectField name="minutes" label="时长" options={LENGTHS} defaultValue="15" />
        <Field name="reason" label="原因" />
      </Form>
    </Dialog>
  );
}

function Orders({ state }: { readonly state: LogLevelState }) {
  const names = useNames();
  return (
    <List
      label="生效的更改"
      heads={['进程', '级别', '原因', '更改', '到']}
      loaded={{ value: state.orders, problem: undefined, reload: () => undefined }}
      empty="没有更改：各进程用配置的级别。"
      keyOf={({ role }) => role}
      cells={(order) => [
        roleText(order.role),
        <code>{order.level}</code>,
        <Free>{order.reason}</Free>,
        `${clockText(order.setAt)}${order.setBy === null ? '' : ` ${personText(order.setBy, names)}`}`,
        clockText(order.until),
      ]}
    />
  );
}

export function LogLevelPage() {
  const live = useLive('log level', logLevel.read, EVERY_MS);
  const [isOpen, setOpen] = useState(false);
  const state = live.value;
  return (
    <section class="panel" aria-label="日志级别">
      <Listed live={live}>
        {state && (
          <>
            <Orders state={state} />
            <div class="actions">
              <button type="button" class="plain" onClick={() => setOpen(true)}>
                更改…
              </button>
              {state.orders.length > 0 && (
                <ActionButton
                  text="立即恢复配置的级别"
                  onPress={async () => {
                    await logLevel.end();
                    live.reload();
                  }}
                />
              )}
            </div>
            <h3>各进程现在的级别</h3>
            <List
              label="进程"
              heads={['进程', '种类', '现在', '配置', '报告于']}
              loaded={{ value: state.processes, problem: undefined, reload: () => undefined }}
              empty="一分钟之内没有进程报告。"
              keyOf={({ process }) => process}
              cells={({ process, role, level, configured, seenAt }) => [
                <code>{process}</code>,
                roleText(role),
                <code>{level}</code>,
                <code>{configured}</code>,
                clockText(seenAt),
              ]}
            />
          </>
        )}
      </Listed>
      {isOpen && (
        <OrderForm
          onDone={() => {
            setOpen(false);
            live.reload();
          }}
          onClose={() => setOpen(false)}
        />
      )}
    </section>
  );
}
