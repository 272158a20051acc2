/** What the server says of a field, in the words of the page, by a part of its English text that nothing else has. */
const TEXTS: readonly (readonly [part: RegExp, text: (found: RegExpExecArray) => string])[] = [
  [/must have at least (\d+) characters?/, ([, count]) => `至少 ${count} 个字符`],
  [/must have at most (\d+) characters/, ([, count]) => `最多 ${count} 个字符`],
  [/must not be empty/, () => '不能为空'],
  [/known from breaches/, () => '这是已泄露的密码，或只在它前后加了数字、符号：攻击者最先试这些'],
  [/obvious word of this platform/, () => '除了用户名和平台名之外所剩无几'],
  [/must not repeat a few characters/, () => '不能只是几个字符的重复'],
  [/3 to 64 of a-z/, () => '3 至 64 个字符：小写字母、数字和 . - _ @，以字母或数字开头'],
  [/1 to 63 of a-z/, () => '1 至 63 个字符：小写字母、数字和 -，以字母或数字开头'],
  [/control characters/, () => '不能含有换行等控制字符'],
  [/must be six digits, or a recovery code/, () => '请输入六位数字，或一个恢复码'],
  [/must be six digits/, () => '请输入六位数字'],
  [/not what the authenticator shows now/, () => '与验证器现在显示的不符；请核对手机的时间'],
  [/at least one scope/, () => '至少选择一项'],
  [/must be at most (\d+)/, ([, most]) => `最多 ${most}`],
  [/must be at least (\d+)/, ([, least]) => `至少 ${least}`],
  [/must be another one than the one until now/, () => '要与现在的密码不同；只改动连字符、大小写也不行'],
  [/needs the role \w+; yours is/, () => '您的角色不能用其中一项'],
  [/is not the password/, () => '密码不正确'],
  [/code is not right, or was used already/, () => '不正确，或已经用过'],
  [/not the bootstrap token/, () => '这不是本平台的引导令牌'],
  [/must be before to/, () => '“从”要早于“到”'],
  [/must be the name of a metric/, () => '请输入指标的名称：小写字母、数字和下划线'],
  [/must be the name of a component/, () => '请输入组件的名称，或 *'],
  [/must be (?:whole seconds|a whole number)/, () => '请输入整数'],
  [/must be a finite number/, () => '请输入数字'],
  [/must name at most (\d+) labels/, ([, most]) => `最多 ${most} 个标签`],
  [/must name 1 to (\d+) labels/, ([, most]) => `1 至 ${most} 个标签`],
  [/must be text/, () => '请输入文字'],
  [/must be the id of a user/, () => '请输入用户的编号（UUID）'],
];

/** `lang` where the page has no words of its own for it. */
export interface FieldText {
  readonly text: string;
  readonly lang?: 'en';
}

export function fieldText(detail: string): FieldText {
  // The page's own refusals are written for the reader already.
  if (/\p{Script=Han}/u.test(detail)) return { text: detail };
  for (const [part, text] of TEXTS) {
    const found = part.exec(detail);
    if (found) return { text: text(found) };
  }
  return { text: detail, lang: 'en' };
}
