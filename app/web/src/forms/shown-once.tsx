import { useRef, useState } from 'preact/hooks';

/** Where the page did not come over HTTPS, browsers have no clipboard for it: then the text is selected to be copied. */
async function copy(element: HTMLElement): Promise<string> {
  const text = element.innerText;
  try {
    await navigator.clipboard.writeText(text);
    return '已复制';
  } catch {
    getSelection()?.selectAllChildren(element);
    return '已选中，请按 Ctrl+C 复制';
  }
}

/** A secret that the server shows this once, to be copied, or printed where it is for a drawer. */
export function ShownOnce(props: {
  readonly label: string;
  readonly lines: readonly string[];
  readonly canPrint?: boolean;
}) {
  const place = useRef<HTMLDivElement>(null);
  const [note, setNote] = useState('');
  return (
    <div class="shown-once">
      <p class="warning">{props.label}：只显示这一次，关闭后无法再看到。</p>
      <div ref={place} class="secret" tabIndex={0} role="group" aria-label={props.label}>
        {props.lines.map((line) => (
          <div key={line}>
            <code>{line}</code>
          </div>
        ))}
      </div>
      <p class="actions">
        <button
          type="button"
          onClick={() => {
            if (place.current) void copy(place.current).then(setNote);
          }}
        >
          复制
        </button>
        {props.canPrint && (
          <button type="button" onClick={() => print()}>
            打印
          </button>
        )}
        <span class="minor" role="status">
          {note}
        </span>
      </p>
    </div>
  );
}
