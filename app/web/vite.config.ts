import { defineConfig } from 'vite';

const SERVER = process.env['API'] ?? 'http://127.0.0.1:8080';

export default defineConfig(({ command }) => {
  // One page for all: whoever builds under another NODE_ENV (a test runner) would get the one for developers.
  if (command === 'build') process.env['NODE_ENV'] = 'production';
  return {
    build: {
      // No inlined asset: the policy allows nothing but files of our own origin.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      target: 'es2022',
    },
    server: { proxy: Object.fromEntries(['/api', '/monitoring'].map((path) => [path, SERVER])) },
  };
});
