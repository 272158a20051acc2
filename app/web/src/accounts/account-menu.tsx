import { useRef, useState } from 'preact/hooks';
import { place } from '../place.ts';
import { ask, isAtLeast, isClosed, type User, user } from '../session.ts';
import { auth } from './routes.ts';
import { ROLE_TEXTS } from './texts.ts';

/** With the least role that may see each. */
const LINKS = [
  ['account', '账户', 'viewer'],
  ['monitoring', '监控', 'viewer'],
  ['users', '用户', 'admin'],
  ['audit', '审计日志', 'admin'],
] as const;

/** The page begins anew, so nothing of what was shown to somebody stays in it; it also shows who is signed in then. */
function signOut(): void {
  const begin = (): void => location.replace('/');
  void auth.signOut().then(begin, begin);
}

function Links({ who, onChoose }: { readonly who: User; readonly onChoose: () => void }) {
  return (
    <ul id="account-menu">
      {LINKS.filter(([, , role]) => isAtLeast(who.role, role)).map(([name, text]) => (
        <li key={name}>
          <a
            href={`#${name}`}
            {...(place.value === name ? { 'aria-current': 'page' } : {})}
            onClick={onChoose}
          >
            {text}
          </a>
        </li>
      ))}
      <li>
        <button type="button" onClick={signOut}>
          退出登录
        </button>
      </li>
    </ul>
  );
}

/**
 * At the end of the page's head: who is signed in, or the way to it. Both are one button, so that the focus is still on
 * it when the sign-in that it opened is over.
 */
export function AccountMenu() {
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const who = user.value;
  if (isClosed.value) return null;
  return (
    <div
      class="account-menu"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !isOpen) return;
        setOpen(false);
        button.current?.focus();
      }}
      onFocusOut={(event) => {
        const next = event.relatedTarget;
        if (!(next instanceof Node && event.currentTarget.contains(next))) setOpen(false);
      }}
    >
      <button
        ref={button}
        type="button"
        {...(who ? { 'aria-expanded': isOpen, 'aria-controls': 'account-menu' } : {})}
        onClick={() => (who ? setOpen(!isOpen) : void ask('sign-in'))}
      >
        {who ? (
          <>
            <span title={who.displayName}>{who.displayName}</span> <small>{ROLE_TEXTS[who.role]}</small> ▾
          </>
        ) : (
          '登录'
        )}
      </button>
      {who && isOpen && <Links who={who} onChoose={() => setOpen(false)} />}
    </div>
  );
}
