import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { Dialog } from './dialog.tsx';

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

interface SecretProps {
  readonly label: string;
  readonly lines: readonly string[];
  readonly canPrint?: boolean;
}

function Secret(props: SecretProps) {
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

interface ShownOnceProps extends SecretProps {
  readonly title: string;
  readonly doneText: string;
  readonly onDone: () => void;
  /** What it is for, above it. */
  readonly children?: ComponentChildren;
}

/** A secret that the server shows this once, to be copied, or printed where it is for a drawer; left by its button alone. */
export function ShownOnce({ title, doneText, onDone, children, ...secret }: ShownOnceProps) {
  const [isHeld, setHeld] = useState(false);
  return (
    <Dialog title={title} onClose={onDone} onHeld={() => setHeld(true)}>
      {children}
      <Secret {...secret} />
      {isHeld && (
        <p class="problem" role="alert">
          关闭后无法再看到。如果已经保存，请按“{doneText}”。
        </p>
      )}
      <p class="actions">
        <button type="button" class="primary" onClick={onDone}>
          {doneText}
        </button>
      </p>
    </Dialog>
  );
}
