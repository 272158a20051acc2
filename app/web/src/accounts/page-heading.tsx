import { useEffect, useRef } from 'preact/hooks';
import { toChart } from '../place.ts';

/** Another page takes the focus to its heading, as a browser does with a document of its own. */
export function PageHeading({ text }: { readonly text: string }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
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
