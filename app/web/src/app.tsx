import { AccountMenu } from './accounts/account-menu.tsx';
import { AccountPages } from './accounts/pages.tsx';
import { needsSignIn, Prompts, SignInPage } from './accounts/prompts.tsx';
import { DutyNotice, DutyPage, isDutyFirst } from './accounts/duties.tsx';
import { SetupNotice } from './accounts/setup.tsx';
import { AnalysisPanel } from './components/analysis.tsx';
import { ChartPanel } from './components/chart-panel.tsx';
import { Footer } from './components/footer.tsx';
import { Market } from './components/market.tsx';
import { Message } from './components/message.tsx';
import { Notices } from './components/notices.tsx';
import { Quote } from './components/quote.tsx';
import { Search } from './components/search.tsx';
import { Monitoring } from './monitoring/monitoring.tsx';
import { place } from './place.ts';
import { readsNothing, user } from './session.ts';
import { loading, view } from './state.ts';

function Desk() {
  const current = view.value;
  const hasBars = current !== undefined && current.bars.length > 0;
  return (
    <>
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
    </>
  );
}

function Middle() {
  const at = place.value;
  if (needsSignIn.value) return <SignInPage />;
  if (isDutyFirst.value && user.value) return <DutyPage who={user.value} />;
  if (at === 'chart') return <Desk />;
  // It is not known yet who is signed in.
  if (!user.value) return <main aria-busy="true" />;
  return at === 'monitoring' ? <Monitoring who={user.value} /> : <AccountPages at={at} who={user.value} />;
}

export function App() {
  return (
    <>
      <header class="bar">
        <a class="brand" href="/">
          股票分析
        </a>
        {!readsNothing.value && (
          <>
            <Search />
            <Quote />
          </>
        )}
        <AccountMenu />
      </header>
      <div class="middle">
        <SetupNotice />
        <DutyNotice />
        <Middle />
      </div>
      <Footer />
      <Prompts />
    </>
  );
}
