import { computed, signal } from '@preact/signals';
import type { ProblemError } from './http.ts';

export const USER_ROLES = ['viewer', 'analyst', 'operator', 'admin'] as const;
export type UserRole = (typeof USER_ROLES)[number];

export interface SignedInUser {
  readonly id: string;
  readonly username: string;
  readonly displayName: string;
  readonly role: UserRole;
  readonly mustChangePassword: boolean;
  readonly hasSecondFactor: boolean;
}

/** What `GET /api/v1/auth/session` answers. */
export interface SessionState {
  readonly user: SignedInUser | null;
  readonly csrfToken: string | null;
  readonly expiresAt: string | null;
  readonly isSteppedUp: boolean;
  readonly needsSetup: boolean;
  readonly anonymousReading: boolean;
}

/** undefined: the server has not said yet. */
export const session = signal<SessionState | undefined>(undefined);
export const user = computed(() => session.value?.user ?? undefined);
/** Nobody is signed in, and nothing may be read without. */
export const isClosed = computed(
  () => session.value !== undefined && !session.value.anonymousReading && user.value === undefined,
);

/** What a reader is asked for before a request can be answered. */
export type PromptKind = 'sign-in' | 'step-up' | 'new-password';

export interface Prompt {
  readonly kind: PromptKind;
  /** `isDone`: what was asked for was given; false: the reader thought better of it. */
  readonly settle: (isDone: boolean) => void;
}

export const prompt = signal<Prompt | undefined>(undefined);
let asked: { readonly kind: PromptKind; readonly answer: Promise<boolean> } | undefined;

/** Asks the reader once, however many requests wait for it; true: what was asked for was given. */
export async function ask(kind: PromptKind): Promise<boolean> {
  if (asked?.kind === kind) return asked.answer;
  if (asked !== undefined) {
    // Two questions at once could not be told apart: the second comes when the first is answered.
    await asked.answer;
    return ask(kind);
  }
  const answer = new Promise<boolean>((resolve) => {
    const shown: Prompt = {
      kind,
      settle: (isDone) => {
        // A form may be left and answered in one breath.
        if (prompt.value !== shown) return;
        asked = undefined;
        prompt.value = undefined;
        resolve(isDone);
      },
    };
    prompt.value = shown;
  });
  asked = { kind, answer };
  return answer;
}

/**
 * Has the reader do what a refusal asks for.
 * @param refresh fetches the session anew
 * @returns whether the request is worth repeating; never as another user than the one who sent it
 */
export async function overcome(problem: ProblemError, refresh: () => Promise<void>): Promise<boolean> {
  const before = user.value?.id;
  const isSame = (): boolean =>
    user.value !== undefined && (before === undefined || before === user.value.id);
  switch (problem.kind) {
    case 'unauthorized':
      // The session has ended, or another tab of the browser has begun one.
      await refresh();
      return (user.value !== undefined || (await ask('sign-in'))) && isSame();
    case 'csrf-token': {
      const token = session.value?.csrfToken;
      await refresh();
      return session.value?.csrfToken !== token && isSame();
    }
    case 'step-up-required':
      return (await ask('step-up')) && isSame();
    case 'password-change-required':
      return (await ask('new-password')) && isSame();
    default:
      return false;
  }
}
