import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { toChart } from '../place.ts';

/** Of the tab, as index.html has it. */
const TITLE = '股票分析';

/** Another page takes the focus to its heading and names the tab, as a browser does with a document of its own. */
export function PageHeading({ text }: { readonly text: string }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  useLayoutEffect(() => {
    document.title = `${text} · ${TITLE}`;
    return () => {
      document.title = TITLE;
    };
  }, [text]);
  return (
    <div class="page-heading">
      <h2 ref={heading} tabIndex={-1}>
        {text}
      </h2>
      <button type="button" onClick={toChart}>
        返回行情
      </button>
    </div>
  );
}
