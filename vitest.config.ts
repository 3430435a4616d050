import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Tests share two noisy cores with servers, child processes and the disk.
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
