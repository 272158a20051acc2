import { defineConfig } from 'vite';

export default defineConfig({
  build: {
    // No inlined asset: the policy allows nothing but files of our own origin.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
  },
  server: { proxy: { '/api': process.env['API'] ?? 'http://127.0.0.1:8080' } },
});
