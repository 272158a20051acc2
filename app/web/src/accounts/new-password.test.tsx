// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from 'vitest';
import { DutyPage } from './duties.tsx';
import { Profile } from './profile.tsx';
import { Prompts } from './prompts.tsx';
import {
  fill,
  leave,
  press,
  problems,
  refused,
  type Sent,
  serve,
  show,
  stateOf,
  titles,
  WANG,
} from '../testing/page.ts';
import { session } from '../session.ts';

const OLD = 'lantern quorum basalt 41';
const NEW = 'sorrel gantry umbra 73';
const CHANGE = 'POST /api/v1/auth/password';
const STEP_UP = 'POST /api/v1/auth/step-up';
const FRESH = stateOf(WANG, 'token-of-step-up');

/** As the server does it: the change is refused until the password was given again. */
function serveStale(answer: (sent: Sent) => unknown): readonly Sent[] {
  let isSteppedUp = false;
  return serve((sent) => {
    if (sent.route === STEP_UP) {
      isSteppedUp = true;
      return FRESH;
    }
    return isSteppedUp ? answer(sent) : refused(403, 'step-up-required');
  });
}

async function change(): Promise<void> {
  await fill('现在的密码', OLD);
  await fill('新密码', NEW);
  await fill('再次输入新密码', NEW);
  await press('更换密码');
}

async function giveAgain(): Promise<void> {
  await vi.waitFor(() => expect(titles().at(-1)).toBe('请重新输入密码'));
  await fill('密码', OLD);
  await press('确认');
}

afterEach(leave);

describe('changing the password', () => {
  const profile = (
    <>
      <Profile who={WANG} />
      <Prompts />
    </>
  );

  it('asks for the password again where it was given too long ago, and then changes it', async () => {
    const sent = serveStale(() => stateOf(WANG, 'token-of-change'));
    show(stateOf(WANG, 'stale'), profile);
    await press('更换密码');
    await change();
    await giveAgain();
    await vi.waitFor(() => expect(titles()).toEqual([]));
    const body = { currentPassword: OLD, newPassword: NEW };
    expect(sent).toEqual([
      { route: CHANGE, query: '', csrfToken: 'stale', body },
      { route: STEP_UP, query: '', csrfToken: 'stale', body: { password: OLD } },
      { route: CHANGE, query: '', csrfToken: 'token-of-step-up', body },
    ]);
    expect(document.querySelector('[role=status]')?.textContent).toContain('密码已更换');
    expect(session.value?.csrfToken).toBe('token-of-change');
  });

  it('says that nothing was done where the reader thought better of it, and keeps what was typed', async () => {
    const sent = serveStale(() => FRESH);
    show(stateOf(WANG), profile);
    await press('更换密码');
    await change();
    await vi.waitFor(() => expect(titles().at(-1)).toBe('请重新输入密码'));
    await press('取消');
    await vi.waitFor(() => expect(problems()).toEqual(['需要重新输入密码。没有输入密码，操作没有执行。']));
    expect([titles(), sent.length]).toEqual([['更换密码'], 1]);
    await press('更换密码');
    await giveAgain();
    await vi.waitFor(() => expect(titles()).toEqual([]));
    expect(sent.at(-1)?.body).toEqual({ currentPassword: OLD, newPassword: NEW });
  });

  it('sends a wrong password once: each time counts as an attempt', async () => {
    const sent = serve(() => refused(401, 'unauthorized'));
    show(stateOf(WANG), profile);
    await press('更换密码');
    await change();
    await vi.waitFor(() => expect(problems()).toEqual(['现在的密码不正确。']));
    expect(sent.map(({ route }) => route)).toEqual([CHANGE]);
  });
});

describe('a password that somebody else has set', () => {
  const owing = { ...WANG, mustChangePassword: true };

  it('is changed on a page that no key leaves, also where it was given too long ago', async () => {
    const sent = serveStale(() => stateOf(WANG));
    show(
      stateOf(owing),
      <>
        <DutyPage who={owing} />
        <Prompts />
      </>,
    );
    expect(titles()).toEqual([]);
    await fill('一次性密码', OLD);
    await fill('新密码', NEW);
    await fill('再次输入新密码', NEW);
    await press('更换密码');
    await giveAgain();
    await vi.waitFor(() => expect(session.value?.user?.mustChangePassword).toBe(false));
    expect(sent.map(({ route }) => route)).toEqual([CHANGE, STEP_UP, CHANGE]);
  });
});
