import { useState } from 'preact/hooks';
import { Confirm } from '../../forms/confirm.tsx';
import { Free, List } from '../../forms/list.tsx';
import { Listed } from '../list-page.tsx';
import { useLive } from '../live.ts';
import { personText, useNames } from '../person.tsx';
import { silences } from '../routes.ts';
import { Tag } from '../tag.tsx';
import type { Silence } from '../types.ts';
import { clockText } from '../units.ts';
import { matchersText } from './matchers.ts';
import { SilenceForm } from './silence-form.tsx';

const EVERY_MS = 15_000;

type Open = { readonly what: 'creation' } | { readonly what: 'end'; readonly silence: Silence };

const isOver = ({ endsAt }: Silence): boolean => Date.parse(endsAt) <= Date.now();

function StateTag({ silence }: { readonly silence: Silence }) {
  if (isOver(silence)) return <Tag tone="quiet">已结束</Tag>;
  if (Date.parse(silence.startsAt) > Date.now()) return <Tag tone="quiet">未开始</Tag>;
  return <Tag tone="fair">生效中</Tag>;
}

/** One that fits nothing may be what somebody wants for tonight, or a slip. */
const fitText = ({ activeAlerts }: Silence): string =>
  activeAlerts === 0 ? '目前没有' : `${activeAlerts} 条`;

export function SilencesPage() {
  const live = useLive('silences', silences.list, EVERY_MS);
  const names = useNames();
  const [open, setOpen] = useState<Open | undefined>(undefined);
  const close = (): void => setOpen(undefined);
  const done = (): void => {
    close();
    live.reload();
  };
  return (
    <section class="panel" aria-label="静默列表">
      <p class="minor">生效中的、尚未开始的，以及一天之内结束的。被静默的告警仍会记录，只是不通知。</p>
      <p class="actions">
        <button type="button" class="plain" onClick={() => setOpen({ what: 'creation' })}>
          新建静默
        </button>
      </p>
      <Listed live={live}>
        <List
          label="静默"
          heads={['状态', '标签', '匹配的告警', '原因', '建立', '开始', '结束', '']}
          loaded={{ ...live, problem: undefined }}
          empty="没有静默。"
          keyOf={({ id }) => id}
          cells={(silence) => [
            <StateTag silence={silence} />,
            <Free>{matchersText(silence.matchers)}</Free>,
            isOver(silence) ? '' : fitText(silence),
            <Free>{silence.comment}</Free>,
            `${clockText(silence.createdAt)}${silence.createdBy === null ? '' : ` ${personText(silence.createdBy, names)}`}`,
            clockText(silence.startsAt),
            clockText(silence.endsAt),
            isOver(silence) ? (
              ''
            ) : (
              <button
                type="button"
                class="plain"
                aria-label={`结束静默 ${matchersText(silence.matchers)}`}
                onClick={() => setOpen({ what: 'end', silence })}
              >
                结束
              </button>
            ),
          ]}
        />
      </Listed>
      {open?.what === 'creation' && <SilenceForm onDone={done} onClose={close} />}
      {open?.what === 'end' && (
        <Confirm
          title="结束静默"
          text={`${matchersText(open.silence.matchers)}：从现在起又会通知。`}
          submitText="结束"
          onConfirm={async () => {
            await silences.end(open.silence.id);
            live.reload();
          }}
          onClose={close}
          texts={{ 'not-found': '这个静默已经结束。' }}
        />
      )}
    </section>
  );
}
