export function Footer() {
  return (
    <footer>
      <span>仅供研究，不构成投资建议</span>
      <span>
        图表由{' '}
        <a href="https://www.tradingview.com/" target="_blank" rel="noreferrer">
          TradingView Lightweight Charts™
        </a>{' '}
        提供，© TradingView, Inc.
      </span>
    </footer>
  );
}
