import { beforeEach, describe, expect, it } from 'vitest';
import { ProblemError } from './http.ts';
import { ask, isClosed, overcome, prompt, session, type SessionState } from './session.ts';

const signedIn = (id: string, csrfToken = 'token'): SessionState => ({
  user: {
    id,
    username: id,
    displayName: id,
    role: 'viewer',
    mustChangePassword: false,
    hasSecondFactor: false,
  },
  csrfToken,
  expiresAt: '2026-12-03T00:00:00Z',
  isSteppedUp: true,
  needsSetup: false,
  anonymousReading: true,
});
const nobody: SessionState = {
  user: null,
  csrfToken: null,
  expiresAt: null,
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

describe('overcome', () => {
  it('asks to sign in where the session has ended, and repeats for the same user only', async () => {
    for (const [id, isRepeated] of [
      ['wang', true],
      ['li', false],
    ] as const) {
      session.value = signedIn('wang');
      const worth = overcome(refusal('unauthorized'), finds(nobody));
      await settled();
      expect(prompt.value?.kind).toBe('sign-in');
      session.value = signedIn(id);
      prompt.value?.settle(true);
      expect(await worth).toBe(isRepeated);
    }
  });

  it('asks nobody where another tab has signed the same user in', async () => {
    session.value = signedIn('wang');
    expect(await overcome(refusal('unauthorized'), finds(signedIn('wang', 'other')))).toBe(true);
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
      expect(await overcome(refusal('csrf-token'), finds(found))).toBe(isRepeated);
    }
  });

  it.each([
    ['step-up-required', 'step-up'],
    ['password-change-required', 'new-password'],
  ])('for %s asks for %s', async (kind, wanted) => {
    for (const isDone of [true, false]) {
      session.value = signedIn('wang');
      const worth = overcome(refusal(kind), finds(nobody));
      expect(prompt.value?.kind).toBe(wanted);
      prompt.value?.settle(isDone);
      expect(await worth).toBe(isDone);
    }
  });

  it('has nothing to ask for any other refusal', async () => {
    session.value = signedIn('wang');
    for (const kind of ['forbidden', 'conflict', 'too-many-requests', 'second-factor-required'])
      expect(await overcome(refusal(kind), finds(nobody))).toBe(false);
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
