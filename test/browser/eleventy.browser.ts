import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import express from 'express';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { TRACK } from './support/audio-server.ts';
import type { TestBrowser } from './support/browser.ts';
import { startChromium } from './support/chromium.ts';
import { isLeftOut } from './support/programs.ts';
import { packageFile } from './support/site.ts';
import { setStage } from './support/stage.ts';

const EXAMPLE = join(import.meta.dirname, '../../examples/eleventy');
const SHOWN = `document.querySelector('[data-degradation]').textContent`;

async function build(output: string, audioUrl: string): Promise<void> {
  await promisify(execFile)(
    process.execPath,
    [packageFile('@11ty/eleventy/cmd.cjs'), `--output=${output}`, '--quiet'],
    {
      cwd: EXAMPLE,
      env: { ...process.env, EPHEMERAL_URL: audioUrl, EPHEMERAL_TRACK: TRACK },
    },
  );
}

describe.skipIf(isLeftOut('chromium'))('the example site', () => {
  let browser: TestBrowser;
  beforeAll(async () => {
    browser = await startChromium();
  });
  afterAll(() => browser?.close());

  test('shows more of the work gone while somebody listens', async (context) => {
    const { expect } = context;
    const output = await mkdtemp(join(tmpdir(), 'ephemeral-eleventy-'));
    context.onTestFinished(() => rm(output, { recursive: true, force: true }));
    const stage = await setStage({
      browser,
      test: context,
      seconds: 20,
      furnish: async (app, { url }) => {
        await build(output, url);
        app.use(express.static(output));
      },
    });
    const person = await stage.invite();
    const tab = await person.open(stage.siteUrl);
    const shown = async () => Number(await tab.evaluate<string>(SHOWN));
    const later = { timeout: 10_000, interval: 100 };
    await expect.poll(shown, later).toBe(0);
    await tab.evaluate(`document.querySelector('audio').play()`);
    await expect.poll(shown, later).toBeGreaterThan(0);
    const before = await shown();
    await expect.poll(shown, later).toBeGreaterThan(before);
    const last = await shown();
    const list = await tab.evaluate<string>(`document.querySelector('[data-tracks]').textContent`);
    await person.leave();

    expect(list).toMatch(/^work, 20 s: 99\.\d\d %$/);
    const stats = await stage.audio.settledStats();
    expect(stats.overall_degradation).toBeGreaterThanOrEqual(last - 0.005);
    expect(stats.total_streams).toBe(1);
  });
});
