import { ActionButton } from '../../forms/action.tsx';
import { SelectField } from '../../forms/field.tsx';
import { Free, List } from '../../forms/list.tsx';
import { type FilterFields, oneOf, readFilterOf } from '../address-filter.ts';
import { Filter, Listed, listOf, type Query, Unread, usePagedList } from '../list-page.tsx';
import { deliveries } from '../routes.ts';
import { DeliveryStateTag } from '../tag.tsx';
import { CHANNELS, type Delivery, DELIVERY_STATES } from '../types.ts';
import { clockText, secondsText } from '../units.ts';
import { writeWhere } from '../where.ts';
import { channelText, deliveryStateText } from '../words.ts';

const FIELDS: FilterFields = { state: oneOf('状态', DELIVERY_STATES), channel: oneOf('渠道', CHANNELS) };
const RETRY_TEXTS = { conflict: '它不是已放弃的，不能再试。' };
const TEST_TEXTS = { 'not-found': '没有配置这个渠道。' };

function Attempts({ delivery: { attempts, title, messageId } }: { readonly delivery: Delivery }) {
  if (attempts.length === 0) return <>还没有</>;
  return (
    <details>
      <summary aria-label={`${title}：${attempts.length} 次尝试`}>{attempts.length} 次</summary>
      <ol class="views">
        {attempts.map(({ at, outcome, code, error, milliseconds }) => (
          <li key={at}>
            {clockText(at)} <DeliveryStateTag state={outcome} /> {code}{' '}
            <small>{secondsText(milliseconds / 1000)}</small>
            {error !== undefined && <p lang="en">{error}</p>}
          </li>
        ))}
      </ol>
      {messageId !== null && (
        <small>
          消息 <code>{messageId}</code>
        </small>
      )}
    </details>
  );
}

/** What it is about; an alert leads to its page. */
function Subject({ delivery: { subject, title } }: { readonly delivery: Delivery }) {
  const [kind, id] = subject.split(' ', 2);
  const text = <span lang="en">{title === '' ? subject : title}</span>;
  if (kind !== 'alert' || id === undefined) return <Free title={subject}>{text}</Free>;
  return (
    <Free>
      <a href={writeWhere({ section: 'alerts', id })}>{text}</a>
    </Free>
  );
}

function Tests({ onDone }: { readonly onDone: () => void }) {
  return (
    <div class="actions">
      {CHANNELS.map((channel) => (
        <ActionButton
          key={channel}
          text={`测试 ${channelText(channel)}`}
          texts={TEST_TEXTS}
          onPress={async () => {
            await deliveries.test(channel);
            onDone();
          }}
        />
      ))}
      <span class="minor">发一条测试消息，每个渠道每分钟一次；结果在下面的列表中。</span>
    </div>
  );
}

function DeliveryFilter({ query }: { readonly query: Query }) {
  return (
    <Filter
      section="deliveries"
      query={query}
      read={(values) => ({ state: values.text('state'), channel: values.text('channel') })}
    >
      <SelectField
        name="state"
        label="状态"
        options={[['', '全部'], ...DELIVERY_STATES.map((one) => [one, deliveryStateText(one)] as const)]}
        defaultValue={query['state']}
      />
      <SelectField
        name="channel"
        label="渠道"
        options={[['', '全部'], ...CHANNELS.map((one) => [one, channelText(one)] as const)]}
        defaultValue={query['channel']}
      />
    </Filter>
  );
}

export function DeliveriesPage({ query: given }: { readonly query: Query }) {
  const { query, unread } = readFilterOf(given, FIELDS);
  const { live, buttons } = usePagedList('通知', query, deliveries.list);
  return (
    <>
      <section class="panel" aria-label="筛选与测试">
        <DeliveryFilter query={query} />
        <Unread of={unread} />
        <Tests onDone={live.reload} />
      </section>
      <section class="panel" aria-label="通知列表">
        <Listed live={live}>
          <List
            label="通知"
            heads={['状态', '渠道', '内容', '事件', '建立', '尝试', '下次尝试', '']}
            loaded={listOf(live)}
            empty="没有符合的通知。"
            keyOf={({ id }) => id}
            cells={(delivery) => [
              <DeliveryStateTag state={delivery.state} />,
              channelText(delivery.channel),
              <Subject delivery={delivery} />,
              <code>{delivery.transition}</code>,
              clockText(delivery.createdAt),
              <Attempts delivery={delivery} />,
              delivery.nextAttemptAt === null ? '—' : clockText(delivery.nextAttemptAt),
              delivery.state === 'dead' ? (
                <ActionButton
                  text="再试"
                  label={`再试 ${delivery.title}，${channelText(delivery.channel)}`}
                  texts={RETRY_TEXTS}
                  onPress={async () => {
                    await deliveries.retry(delivery.id);
                    live.reload();
                  }}
                />
              ) : (
                ''
              ),
            ]}
          />
          {buttons}
        </Listed>
      </section>
    </>
  );
}
