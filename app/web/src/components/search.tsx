import { useRef, useState } from 'preact/hooks';
import { searchText } from '../address.ts';
import { api, type SymbolItem } from '../api.ts';
import { problemText } from '../format.ts';
import { ProblemError } from '../http.ts';
import { show } from '../state.ts';

const PAUSE_MS = 180;

interface Found {
  readonly text: string;
  readonly items: readonly SymbolItem[];
  readonly note: string | undefined;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Suggestions for what is typed: asked for after a pause, and never shown for a text that has changed since. */
function useSuggestions() {
  const [found, setFound] = useState<Found | undefined>(undefined);
  const running = useRef<AbortController | undefined>(undefined);
  const fetchFound = async (text: string, signal: AbortSignal): Promise<Found> => {
    try {
      const { items } = await api.symbols(searchText(text), signal);
      return { text, items, note: items.length === 0 ? `没有与“${text.trim()}”匹配的股票` : undefined };
    } catch (error) {
      return { text, items: [], note: error instanceof ProblemError ? problemText(error).title : '搜索失败' };
    }
  };
  /** What matches; nothing where something else was typed meanwhile. */
  const ask = async (text: string, pauseMs: number): Promise<readonly SymbolItem[]> => {
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    if (text.trim() === '') {
      setFound(undefined);
      return [];
    }
    await pause(pauseMs);
    if (controller.signal.aborted) return [];
    const result = await fetchFound(text, controller.signal);
    if (controller.signal.aborted) return [];
    setFound(result);
    return result.items;
  };
  const close = (): void => {
    running.current?.abort();
    setFound(undefined);
  };
  return { found, ask, close };
}

export function Search() {
  const { found, ask, close } = useSuggestions();
  const [text, setText] = useState('');
  const [active, setActive] = useState(-1);
  const items = found?.items ?? [];

  const choose = (item: SymbolItem | undefined): void => {
    if (!item) return;
    setText('');
    close();
    show(item.symbol);
  };
  /** Enter may come before the suggestions for what was typed. */
  const enter = (): void => {
    if (active >= 0 || found?.text === text) return choose(items[Math.max(active, 0)]);
    void ask(text, 0).then(([first]) => choose(first));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') return close();
    // An input method ends its own word with Enter.
    if (event.key === 'Enter' && !event.isComposing) return enter();
    if (items.length === 0 || (event.key !== 'ArrowDown' && event.key !== 'ArrowUp')) return;
    event.preventDefault();
    const stride = event.key === 'ArrowDown' ? 1 : -1;
    setActive((active + stride + items.length) % items.length);
  };

  return (
    <div class="search">
      <input
        type="text"
        role="combobox"
        aria-label="搜索股票代码、名称或拼音"
        aria-expanded={found !== undefined}
        aria-controls="suggestions"
        aria-autocomplete="list"
        {...(items[active] ? { 'aria-activedescendant': `suggestion-${active}` } : {})}
        placeholder="代码、名称或拼音，如 payh"
        autocomplete="off"
        spellcheck={false}
        maxLength={32}
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setActive(-1);
          void ask(event.currentTarget.value, PAUSE_MS);
        }}
        onKeyDown={onKeyDown}
        onBlur={close}
      />
      {found && (
        <ul id="suggestions" role="listbox" aria-label="匹配的股票">
          {items.map((item, index) => (
            <li
              key={item.symbol}
              id={`suggestion-${index}`}
              role="option"
              aria-selected={index === active}
              class={item.bars > 0 ? '' : 'muted'}
              onMouseDown={(event) => {
                event.preventDefault();
                choose(item);
              }}
            >
              <span class="code">{item.symbol.slice(0, 6)}</span>
              <span>{item.name}</span>
              <span class="tag">{item.bars > 0 ? item.exchange : `${item.exchange} · 无历史`}</span>
            </li>
          ))}
          {found.note && <li class="note">{found.note}</li>}
        </ul>
      )}
    </div>
  );
}
