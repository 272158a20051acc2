import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { fieldText } from './field-text.ts';
import { useFieldProblem } from './form.tsx';

interface Described {
  readonly id: string;
  readonly name: string;
  readonly 'aria-invalid'?: true;
  readonly 'aria-describedby'?: string;
}

interface FrameProps {
  readonly name: string;
  readonly label: string;
  readonly hint?: string | undefined;
  readonly children: (described: Described) => ComponentChildren;
}

/** Label above, hint and what is wrong below, all of them said by a screen reader with the field. */
export function Frame({ name, label, hint, children }: FrameProps) {
  const id = useId();
  const problem = useFieldProblem(name);
  const text = problem === undefined ? undefined : fieldText(problem);
  const described = [hint && `${id}-hint`, text && `${id}-problem`].filter(Boolean).join(' ');
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({
        id,
        name,
        ...(text ? { 'aria-invalid': true } : {}),
        ...(described ? { 'aria-describedby': described } : {}),
      })}
      {hint && (
        <p id={`${id}-hint`} class="minor">
          {hint}
        </p>
      )}
      {text && (
        <p id={`${id}-problem`} class="problem" role="alert" {...(text.lang ? { lang: text.lang } : {})}>
          {text.text}
        </p>
      )}
    </div>
  );
}

/**
 * Where the reader begins to type: at once, or what is typed meanwhile would go on elsewhere. In a dialog that is not open
 * yet it is that one's to give the focus (`data-first`). The attribute `autofocus` does nothing for a field that comes
 * later, as a code does.
 */
function useFirst(isFirst = false) {
  const input = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    if (isFirst) input.current?.focus();
  }, [isFirst]);
  return { ref: input, ...(isFirst ? { 'data-first': true } : {}) };
}

// The types of the page know which attributes go with which type of input, so each stands here by itself.
const KINDS = {
  text: { type: 'text' },
  number: { type: 'number' },
  'datetime-local': { type: 'datetime-local' },
} as const;

interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  readonly kind?: keyof typeof KINDS;
  readonly autocomplete?: 'username' | 'name' | 'one-time-code' | 'off';
  readonly inputMode?: 'numeric' | 'text';
  readonly min?: number;
  readonly max?: number;
  readonly isFirst?: boolean;
  readonly isOptional?: boolean;
  readonly defaultValue?: string | undefined;
  /** What the browser offers while one types, each with what it means. */
  readonly suggestions?: readonly (readonly [value: string, meaning: string])[];
}

function Suggestions({ id, of }: { readonly id: string; readonly of: FieldProps['suggestions'] }) {
  if (!of) return null;
  return (
    <datalist id={`${id}-suggestions`}>
      {of.map(([value, meaning]) => (
        <option key={value} value={value} label={meaning} />
      ))}
    </datalist>
  );
}

/**
 * One line of text, or what the browser has a better input for. No longest length: it would cut what is pasted without a
 * word, and the server says what is too long. What is typed here are names and codes, no prose.
 */
export function Field({ name, label, hint, kind = 'text', isFirst, isOptional, ...rest }: FieldProps) {
  const { defaultValue, autocomplete = 'off', suggestions, ...attributes } = rest;
  const first = useFirst(isFirst);
  return (
    <Frame name={name} label={label} hint={hint}>
      {(described) => (
        <>
          <input
            {...described}
            {...attributes}
            {...KINDS[kind]}
            {...(suggestions ? { list: `${described.id}-suggestions` } : {})}
            autocomplete={autocomplete}
            autocapitalize="none"
            spellcheck={false}
            {...first}
            required={!isOptional}
            {...(defaultValue === undefined ? {} : { defaultValue })}
          />
          <Suggestions id={described.id} of={suggestions} />
        </>
      )}
    </Frame>
  );
}

interface PasswordFieldProps {
  readonly name: string;
  readonly label: string;
  readonly autocomplete: 'current-password' | 'new-password' | 'off';
  readonly hint?: string;
  readonly isFirst?: boolean;
  readonly defaultValue?: string | undefined;
}

const SHOWN = { type: 'text' } as const;
const HIDDEN = { type: 'password' } as const;

/** May be pasted into and looked at: OWASP ASVS 5.0, 6.2.6 and 6.2.7. */
export function PasswordField({
  name,
  label,
  autocomplete,
  hint,
  isFirst,
  defaultValue,
}: PasswordFieldProps) {
  const [isShown, setShown] = useState(false);
  const first = useFirst(isFirst);
  return (
    <Frame name={name} label={label} hint={hint}>
      {(described) => (
        <span class="password">
          <input
            {...described}
            {...(isShown ? SHOWN : HIDDEN)}
            autocomplete={autocomplete}
            autocapitalize="none"
            spellcheck={false}
            {...first}
            required
            {...(defaultValue === undefined ? {} : { defaultValue })}
          />
          <button
            type="button"
            aria-pressed={isShown}
            aria-label={`显示${label}`}
            onClick={() => setShown(!isShown)}
          >
            {isShown ? '隐藏' : '显示'}
          </button>
        </span>
      )}
    </Frame>
  );
}

/** Six digits of an authenticator, or a recovery code where one is taken instead. */
export function CodeField({
  isFirst,
  takesRecoveryCode,
}: {
  isFirst?: boolean;
  takesRecoveryCode?: boolean;
}) {
  return (
    <Field
      name="code"
      label={takesRecoveryCode ? '验证码或恢复码' : '验证码'}
      hint={
        takesRecoveryCode
          ? '验证器应用显示的六位数字；手机不在身边时用一个恢复码。'
          : '验证器应用现在显示的六位数字。'
      }
      autocomplete="one-time-code"
      inputMode={takesRecoveryCode ? 'text' : 'numeric'}
      isFirst={isFirst ?? false}
    />
  );
}

export function SelectField<T extends string>(props: {
  readonly name: string;
  readonly label: string;
  readonly options: readonly (readonly [T, string])[];
  readonly defaultValue?: T | undefined;
  readonly hint?: string;
}) {
  return (
    <Frame name={props.name} label={props.label} hint={props.hint}>
      {(described) => (
        <select {...described}>
          {props.options.map(([value, text]) => (
            <option key={value} value={value} selected={value === props.defaultValue}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Frame>
  );
}
