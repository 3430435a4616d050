import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/browser/**/*.browser.ts'],
    // Playing takes as long as it takes, and two noisy cores bear three pages at once.
    testTimeout: 90_000,
    hookTimeout: 60_000,
    fileParallelism: false,
    maxConcurrency: 3,
  },
});
