import { compact, direction, price, signed, sourceText } from '../format.ts';
import { view } from '../state.ts';

/** Name, last close with its change, and where the data comes from. */
export function Quote() {
  const current = view.value;
  const last = current?.bars.at(-1);
  if (!current || !last) return <div class="quote" />;
  const close = Number(last.close);
  const before = Number(current.bars.at(-2)?.close ?? last.open);
  const change = close - before;
  return (
    <div class="quote" aria-live="polite">
      <h1>
        {current.info?.name ?? current.symbol} <small>{current.symbol}</small>
      </h1>
      <strong class={direction(change)}>{price(close)}</strong>
      <span class={direction(change)}>
        {signed(change)} ({signed((change / before) * 100)}%)
      </span>
      <span class="minor">成交额 {compact(Number(last.amount))}元</span>
      <span class="badge">
        {sourceText(current.provenance.source)} · 不复权 · 截至 {current.provenance.asOf ?? last.date}
        {current.provenance.stale && ' · 数据陈旧'}
      </span>
    </div>
  );
}
