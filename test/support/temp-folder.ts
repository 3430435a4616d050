import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished, type TestContext } from 'vitest';

/** Where a helper leaves what is to be done at the end; tests that run side by side hand it in. */
export type Finishing = Pick<TestContext, 'onTestFinished'>;

/** A real folder that lives as long as the test. */
export async function tempFolder(test: Finishing = { onTestFinished }): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'ephemeral-'));
  test.onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}
