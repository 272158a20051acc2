import { adjustText, boardText, compact, direction, price, signed, sourceText } from '../format.ts';
import type { SymbolItem } from '../api.ts';
import { isIndex, type View } from '../load.ts';
import { place } from '../place.ts';
import { view } from '../state.ts';

const LISTING: Readonly<Record<string, string>> = { suspended: '停牌', delisted: '已退市' };

/** Board, industry, and what a reader must not overlook: special treatment, a halt, the end of the listing. */
function tagsOf(info: SymbolItem | undefined, halts: View['halts']): readonly string[] {
  if (!info) return [];
  const isHalted = halts.some((halt) => halt.to === null);
  const status = LISTING[info.listingStatus] ?? (isHalted ? '停牌' : '');
  return [boardText(info.board), info.industry ?? '', info.specialTreatment ? 'ST' : '', status].filter(
    (text) => text !== '',
  );
}

/** Name, last close with its change, and where the data comes from; beside its chart alone, for other pages are about no share. */
export function Quote() {
  const current = view.value;
  const last = current?.days.at(-1);
  if (place.value !== 'chart' || !current || !last) return <div class="quote" />;
  const close = Number(last.close);
  const before = Number(current.days.at(-2)?.close ?? last.open);
  const change = close - before;
  return (
    <div class="quote" aria-live="polite">
      <h1>
        {current.info?.name ?? current.symbol} <small>{current.symbol}</small>
      </h1>
      {tagsOf(current.info, current.halts).map((tag) => (
        <span key={tag} class="tag">
          {tag}
        </span>
      ))}
      <strong class={direction(change)}>{price(close)}</strong>
      <span class={direction(change)}>
        {signed(change)} ({signed((change / before) * 100)}%)
      </span>
      {last.partial && <span class="minor">盘中</span>}
      <span class="minor">成交额 {compact(Number(last.amount))}元</span>
      <span class="badge">
        {sourceText(current.provenance.source)} ·{' '}
        {!isIndex(current.info) && `${adjustText(current.adjust)} · `}截至{' '}
        {current.provenance.asOf ?? last.date}
        {current.provenance.stale && ' · 数据陈旧'}
      </span>
    </div>
  );
}
