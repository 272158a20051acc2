export function passwordProblem(password: string, _about: { username: string }): string | undefined {
  return password.length < 12 ? 'must have at least 12 characters' : undefined;
}
