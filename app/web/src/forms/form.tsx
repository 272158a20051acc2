import { createContext, type ComponentChildren } from 'preact';
import { useContext, useRef, useState } from 'preact/hooks';
import { asProblem, type ProblemError } from '../http.ts';
import { ProblemLine, type ProblemTexts } from './problem-line.tsx';

interface FormState {
  readonly isBusy: boolean;
  readonly problem: ProblemError | undefined;
}

interface FormContext extends FormState {
  readonly read: () => Values | undefined;
}

const Context = createContext<FormContext>({ isBusy: false, problem: undefined, read: () => undefined });

/** What is wrong with the field of this name, as the server or the page itself said it. */
export function useFieldProblem(name: string): string | undefined {
  return useContext(Context).problem?.errors.find(({ parameter }) => parameter === name)?.detail;
}

/** What the fields of the form around show now, for other buttons than the one that sends it; undefined: the browser told of one that is wrong. */
export const useValues = (): (() => Values | undefined) => useContext(Context).read;

/** What was typed into a form, by the names of its fields. */
export class Values {
  private readonly data: FormData;

  constructor(form: HTMLFormElement) {
    this.data = new FormData(form);
  }

  /** As typed: blanks at the ends may be part of a password. */
  text(name: string): string {
    const value = this.data.get(name);
    return typeof value === 'string' ? value : '';
  }

  /** Without blanks at the ends; undefined where nothing else is there. */
  optional(name: string): string | undefined {
    return this.text(name).trim() || undefined;
  }

  /** Without any blanks: apps and paper show codes in groups. */
  code(name: string): string | undefined {
    return this.text(name).replaceAll(/\s/g, '') || undefined;
  }

  all(name: string): readonly string[] {
    return this.data.getAll(name).filter((value) => typeof value === 'string');
  }
}

function fieldsOf(form: HTMLFormElement): ReadonlyMap<string, HTMLElement> {
  const elements = [...form.elements].filter((element) => element instanceof HTMLElement);
  return new Map(elements.map((element) => [element.getAttribute('name') ?? '', element]));
}

interface FormProps {
  readonly submitText: string;
  /** Rejects with a ProblemError that the form shows, next to the field that it names or above the button. */
  readonly onSubmit: (values: Values) => Promise<void>;
  /** What a kind of problem means in this form, where that is more than in general. */
  readonly texts?: ProblemTexts;
  readonly onCancel?: (() => void) | undefined;
  readonly isDangerous?: boolean;
  /** Below the button that sends it. */
  readonly footer?: ComponentChildren;
  readonly children?: ComponentChildren;
}

/**
 * A form whose fields keep what is typed to themselves: no state of the page and no address ever holds a password.
 * `method` only matters to a browser that lost our script: what is typed then still stays out of the address.
 */
export function Form({ submitText, onSubmit, texts, onCancel, isDangerous, footer, children }: FormProps) {
  const element = useRef<HTMLFormElement>(null);
  const [state, setState] = useState<FormState>({ isBusy: false, problem: undefined });
  const submit = async (form: HTMLFormElement): Promise<void> => {
    setState({ isBusy: true, problem: undefined });
    try {
      await onSubmit(new Values(form));
      setState({ isBusy: false, problem: undefined });
    } catch (error) {
      const problem = asProblem(error);
      setState({ isBusy: false, problem });
      const fields = fieldsOf(form);
      problem.errors
        .map(({ parameter }) => fields.get(parameter))
        .find(Boolean)
        ?.focus();
    }
  };
  const read = (): Values | undefined =>
    element.current?.reportValidity() ? new Values(element.current) : undefined;
  const known = element.current ? fieldsOf(element.current) : new Map<string, HTMLElement>();
  const isTold = state.problem?.errors.some(({ parameter }) => known.has(parameter)) ?? false;
  return (
    <form
      ref={element}
      class="form"
      method="post"
      aria-busy={state.isBusy}
      onSubmit={(event) => {
        event.preventDefault();
        if (!state.isBusy) void submit(event.currentTarget);
      }}
    >
      <Context.Provider value={{ ...state, read }}>{children}</Context.Provider>
      {state.problem && !isTold && <ProblemLine problem={state.problem} {...(texts ? { texts } : {})} />}
      <p class="actions">
        {/* Not disabled meanwhile: it would lose the focus, and a dialog could not give it back. */}
        <button type="submit" class={isDangerous ? 'primary danger' : 'primary'} aria-disabled={state.isBusy}>
          {submitText}
        </button>
        {onCancel && (
          <button type="button" onClick={onCancel}>
            取消
          </button>
        )}
      </p>
      <Context.Provider value={{ ...state, read }}>{footer}</Context.Provider>
    </form>
  );
}
