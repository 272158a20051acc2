import { beforeEach, describe, expect, it } from 'vitest';
import { ProblemError } from './http.ts';
import {
  ask,
  isClosed,
  overcome,
  owes,
  prompt,
  readsNothing,
  session,
  type SessionState,
  type User,
  until,
} from './session.ts';

const signedIn = (id: string, csrfToken = 'token'): SessionState & { user: User } => ({
  user: {
    id,
    username: id,
    displayName: id,
    role: 'viewer',
    isDisabled: false,
    hasSecondFactor: false,
    mustChangePassword: false,
    createdAt: '2026-11-26T00:00:00Z',
    lastLoginAt: null,
  },
  csrfToken,
  expiresAt: '2026-12-03T00:00:00Z',
  requiresSecondFactor: false,
  isSteppedUp: true,
  needsSetup: false,
  anonymousReading: true,
});
const nobody: SessionState = {
  user: null,
  csrfToken: null,
  expiresAt: null,
  requiresSecondFactor: false,
  isSteppedUp: false,
  needsSetup: false,
  anonymousReading: true,
};

const refusal = (kind: string): ProblemError => new ProblemError(403, kind, kind);
/** The server says that this is so now. */
const finds = (state: SessionState) => (): Promise<void> => {
  session.value = state;
  return Promise.resolve();
};
/** What was begun before goes on as far as it can. */
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

beforeEach(() => {
  prompt.value?.settle(false);
  session.value = undefined;
});

describe('asking the reader', () => {
  it('is one question, however many wait for the answer', async () => {
    const answers = [ask('step-up'), ask('step-up')];
    const first = prompt.value;
    expect(first?.kind).toBe('step-up');
    first?.settle(true);
    expect(await Promise.all(answers)).toEqual([true, true]);
    expect(prompt.value).toBeUndefined();
  });

  it('puts another question when the first is answered, and counts no answer twice', async () => {
    const signIn = ask('sign-in');
    const stepUp = ask('step-up');
    const first = prompt.value;
    expect(first?.kind).toBe('sign-in');
    first?.settle(false);
    await settled();
    expect(prompt.value?.kind).toBe('step-up');
    first?.settle(true);
    expect(prompt.value?.kind).toBe('step-up');
    prompt.value?.settle(true);
    expect(await Promise.all([signIn, stepUp])).toEqual([false, true]);
  });
});

describe('being asked to sign in', () => {
  it('is answered by whatever signs the reader in, and is no question for who is', async () => {
    const answer = ask('sign-in');
    session.value = nobody;
    expect(prompt.value?.kind).toBe('sign-in');
    session.value = signedIn('wang');
    expect([await answer, prompt.value, await ask('sign-in')]).toEqual([true, undefined, true]);
    expect(prompt.value).toBeUndefined();
    void ask('step-up');
    expect(prompt.value).toMatchObject({ kind: 'step-up' });
  });
});

describe('overcome', () => {
  const closed = { ...nobody, anonymousReading: false };

  it('asks to sign in where the session has ended and nothing is read without, and reads on as whoever does', async () => {
    for (const id of ['wang', 'li']) {
      session.value = signedIn('wang');
      const worth = overcome(refusal('unauthorized'), true, finds(closed));
      await settled();
      expect(prompt.value?.kind).toBe('sign-in');
      session.value = signedIn(id);
      expect(await worth).toBe(true);
    }
  });

  it.each([
    ['changes something', false, nobody],
    ['changes something where nothing is read without', false, closed],
    ['is of one of its pages', true, nobody],
  ])('does not go on with what %s where the session has ended', async (_what, isSafe, found) => {
    session.value = signedIn('wang');
    expect(await overcome(refusal('unauthorized'), isSafe, finds(found))).toBe(false);
    expect([prompt.value, session.value.user]).toEqual([undefined, null]);
  });

  it('asks nobody where another tab has signed the same user in', async () => {
    session.value = signedIn('wang');
    expect(await overcome(refusal('unauthorized'), false, finds(signedIn('wang', 'other')))).toBe(true);
    expect(await overcome(refusal('unauthorized'), false, finds(signedIn('li')))).toBe(false);
    expect(prompt.value).toBeUndefined();
  });

  it('repeats with another token of the same user, never with the same token or as another user', async () => {
    for (const [found, isRepeated] of [
      [signedIn('wang', 'newer'), true],
      [signedIn('wang', 'token'), false],
      [signedIn('li', 'newer'), false],
      [nobody, false],
    ] as const) {
      session.value = signedIn('wang', 'token');
      expect(await overcome(refusal('csrf-token'), false, finds(found))).toBe(isRepeated);
    }
  });

  it('for step-up-required asks for the password', async () => {
    for (const isDone of [true, false]) {
      session.value = signedIn('wang');
      const worth = overcome(refusal('step-up-required'), false, finds(nobody));
      expect(prompt.value?.kind).toBe('step-up');
      prompt.value?.settle(isDone);
      expect(await worth).toBe(isDone);
    }
  });

  const wang = signedIn('wang');
  it.each([
    ['second-factor-setup-required', 'second-factor', { ...wang, requiresSecondFactor: true }],
    ['password-change-required', 'password', { ...wang, user: { ...wang.user, mustChangePassword: true } }],
  ] as const)('for %s finds out that %s is owed, and repeats nothing', async (kind, owed, now) => {
    session.value = wang;
    expect(await overcome(refusal(kind), true, finds(now))).toBe(false);
    expect([owes.value, prompt.value]).toEqual([owed, undefined]);
  });

  it('has nothing to ask for any other refusal', async () => {
    session.value = signedIn('wang');
    for (const kind of ['forbidden', 'conflict', 'too-many-requests', 'second-factor-required'])
      expect(await overcome(refusal(kind), false, finds(nobody))).toBe(false);
    expect(session.value.user?.id).toBe('wang');
  });
});

describe('isClosed', () => {
  it('is so where nothing may be read without signing in and nobody has', () => {
    expect(isClosed.value).toBe(false);
    session.value = { ...nobody, anonymousReading: false };
    expect(isClosed.value).toBe(true);
    session.value = { ...signedIn('wang'), anonymousReading: false };
    expect(isClosed.value).toBe(false);
  });
});

describe('what is owed', () => {
  const asked = { ...signedIn('wang'), requiresSecondFactor: true };
  const armed = { ...asked, user: { ...asked.user, hasSecondFactor: true } };

  const given = { ...asked, user: { ...asked.user, mustChangePassword: true } };

  it.each([
    ['nobody', nobody, undefined],
    ['who has no second factor and needs none', signedIn('wang'), undefined],
    ['who has no second factor and needs one', asked, 'second-factor'],
    ['who has the second factor that is needed', armed, undefined],
    ['whose password somebody else has set, before the second factor', given, 'password'],
  ] as const)('by %s', (_who, state, owed) => {
    session.value = state;
    expect(owes.value).toBe(owed);
    // Open reading stays open to whoever owes something.
    expect(readsNothing.value).toBe(false);
    session.value = { ...state, anonymousReading: false };
    expect(readsNothing.value).toBe(owed !== undefined || state === nobody);
  });

  it('lets the page wait for market data until it is there', async () => {
    session.value = { ...asked, anonymousReading: false };
    const seen: string[] = [];
    const waiting = until(() => !readsNothing.value).then(() => seen.push('read'));
    await settled();
    expect(seen).toEqual([]);
    session.value = { ...armed, anonymousReading: false };
    await waiting;
    await until(() => !readsNothing.value).then(() => seen.push('at once'));
    expect(seen).toEqual(['read', 'at once']);
  });
});
