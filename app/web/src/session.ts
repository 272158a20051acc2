import { computed, effect, signal } from '@preact/signals';
import type { ProblemError } from './http.ts';

export const USER_ROLES = ['viewer', 'analyst', 'operator', 'admin'] as const;
export type UserRole = (typeof USER_ROLES)[number];

/** Each role may do what those before it may. */
export const isAtLeast = (role: UserRole, wanted: UserRole): boolean =>
  USER_ROLES.indexOf(role) >= USER_ROLES.indexOf(wanted);

export interface User {
  readonly id: string;
  readonly username: string;
  readonly displayName: string;
  readonly role: UserRole;
  readonly isDisabled: boolean;
  readonly hasSecondFactor: boolean;
  readonly mustChangePassword: boolean;
  readonly createdAt: string;
  readonly lastLoginAt: string | null;
}

/** What `GET /api/v1/auth/session` answers. */
export interface SessionState {
  readonly user: User | null;
  readonly csrfToken: string | null;
  readonly expiresAt: string | null;
  /** The platform asks a second factor of the account. */
  readonly requiresSecondFactor: boolean;
  readonly isSteppedUp: boolean;
  readonly needsSetup: boolean;
  /** With `needsSetup`: false where a new bootstrap token is the way back in, beside administrators who are there. */
  readonly isFirstSetup?: boolean;
  readonly anonymousReading: boolean;
}

/** undefined: the server has not said yet. */
export const session = signal<SessionState | undefined>(undefined);
export const user = computed(() => session.value?.user ?? undefined);
/** Nobody is signed in, and nothing may be read without. */
export const isClosed = computed(
  () => session.value !== undefined && !session.value.anonymousReading && user.value === undefined,
);
/** Somebody else has set the password. */
const owesPassword = computed(() => user.value?.mustChangePassword === true);
const owesSecondFactor = computed(
  () => session.value?.requiresSecondFactor === true && user.value?.hasSecondFactor === false,
);
/** What the server wants done before anything else that needs the account, in its order. */
export const owes = computed((): 'password' | 'second-factor' | undefined => {
  if (owesPassword.value) return 'password';
  return owesSecondFactor.value ? 'second-factor' : undefined;
});
/** The server would refuse market data as well. */
export const readsNothing = computed(
  () => isClosed.value || (session.value?.anonymousReading === false && owes.value !== undefined),
);

/** Resolves when it is so, at once where it is already. */
export function until(isSo: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const stop = effect(() => {
      if (!isSo()) return;
      resolve();
      // The first run comes before there is anything to stop.
      queueMicrotask(() => stop());
    });
  });
}

/** What a reader is asked for before a request can be answered. */
export type PromptKind = 'sign-in' | 'step-up';

export interface Prompt {
  readonly kind: PromptKind;
  /** `isDone`: what was asked for was given; false: the reader thought better of it. */
  readonly settle: (isDone: boolean) => void;
}

export const prompt = signal<Prompt | undefined>(undefined);
let asked: { readonly kind: PromptKind; readonly answer: Promise<boolean> } | undefined;

// Whatever signs the reader in answers it: the form in a dialog or in the page, the first administrator, another tab.
effect(() => {
  const shown = prompt.value;
  if (user.value !== undefined && shown?.kind === 'sign-in') shown.settle(true);
});

/** Asks the reader once, however many requests wait for it; true: what was asked for was given. */
export async function ask(kind: PromptKind): Promise<boolean> {
  if (asked?.kind === kind) return asked.answer;
  if (asked !== undefined) {
    // Two questions at once could not be told apart: the second comes when the first is answered.
    await asked.answer;
    return ask(kind);
  }
  let shown: Prompt | undefined;
  const answer = new Promise<boolean>((resolve) => {
    shown = {
      kind,
      settle: (isDone) => {
        // A form may be left and answered in one breath.
        if (prompt.value !== shown) return;
        asked = undefined;
        prompt.value = undefined;
        resolve(isDone);
      },
    };
  });
  asked = { kind, answer };
  prompt.value = shown;
  return answer;
}

/**
 * Has the reader do what a refusal asks for.
 * @param isSafe the request only reads
 * @param refresh fetches the session anew
 * @returns whether the request is worth repeating; what changes something never as another user than who sent it
 */
export async function overcome(
  problem: ProblemError,
  isSafe: boolean,
  refresh: () => Promise<void>,
): Promise<boolean> {
  const before = user.value?.id;
  const isSame = (): boolean =>
    user.value !== undefined && (before === undefined || before === user.value.id);
  switch (problem.kind) {
    case 'unauthorized':
      // The session has ended, or another tab of the browser has begun one.
      await refresh();
      if (user.value !== undefined) return isSame();
      // With the session its pages have gone, and nobody would see what comes of what was asked for there.
      return isSafe && isClosed.value && ask('sign-in');
    case 'csrf-token': {
      const token = session.value?.csrfToken;
      await refresh();
      return session.value?.csrfToken !== token && isSame();
    }
    case 'step-up-required':
      return (await ask('step-up')) && isSame();
    case 'password-change-required':
    case 'second-factor-setup-required':
      // It came to be asked of the account while the page was open: what the session says now leads to doing it.
      await refresh();
      return false;
    default:
      return false;
  }
}
