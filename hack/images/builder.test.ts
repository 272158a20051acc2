import { expect, it } from 'vitest';
import { dockerBuildArguments } from './builder.ts';

it('dockerBuildArguments gives the image and its files one time', () => {
  const request = {
    ref: 'localhost/stock-analysis/app:0a1b',
    containerfile: 'Containerfile',
    context: '/context',
    baseImage: 'node:24-trixie-slim',
    secrets: {},
    epoch: 1_700_000_000,
  };
  const args = dockerBuildArguments(request, ['--secret=id=apt-conf,src=/s/apt-conf']);
  expect(args).toContain('--output=type=docker,rewrite-timestamp=true');
  expect(args).toContain('--build-arg=SOURCE_DATE_EPOCH=1700000000');
  expect(args).toContain('--secret=id=apt-conf,src=/s/apt-conf');
  expect(args.at(-1)).toBe('/context');
});
