import { AnalysisPanel } from './components/analysis.tsx';
import { ChartPanel } from './components/chart-panel.tsx';
import { Footer } from './components/footer.tsx';
import { Market } from './components/market.tsx';
import { Message } from './components/message.tsx';
import { Notices } from './components/notices.tsx';
import { Quote } from './components/quote.tsx';
import { Search } from './components/search.tsx';
import { loading, view } from './state.ts';

export function App() {
  const current = view.value;
  const hasBars = current !== undefined && current.bars.length > 0;
  return (
    <>
      <header class="bar">
        <a class="brand" href="/">
          股票分析
        </a>
        <Search />
        <Quote />
      </header>
      <Notices />
      <main class={hasBars ? 'desk' : 'desk desk-empty'} aria-busy={loading.value}>
        {hasBars ? (
          <>
            <ChartPanel />
            <AnalysisPanel />
          </>
        ) : (
          <Message />
        )}
        <Market />
      </main>
      <Footer />
    </>
  );
}
