import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/soak/**/*.soak.ts'],
    // A minute in all, or as long as SOAK_SECONDS says.
    testTimeout: 120_000 + Number(process.env.SOAK_SECONDS ?? 0) * 1_000,
    hookTimeout: 60_000,
    fileParallelism: false,
  },
});
