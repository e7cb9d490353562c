import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    environment: 'jsdom',
    globalSetup: 'tests/global.mjs',
    include: ['tests/**/*.test.{ts,tsx}'],
    restoreMocks: true,
    setupFiles: 'tests/setup.ts',
  },
});
