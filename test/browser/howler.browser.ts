import type { Express } from 'express';
import { afterAll, beforeAll, describe, test } from 'vitest';
import type { TestBrowser } from './support/browser.ts';
import { startChromium } from './support/chromium.ts';
import { expectHeard } from './support/expect-heard.ts';
import { isLeftOut } from './support/programs.ts';
import { packageFile, page } from './support/site.ts';
import { setStage } from './support/stage.ts';

const MEDIA_ELEMENT_MODES = [
  { options: { html5: true, preload: 'metadata' }, wrong: 2 },
  // Howler preloads what it gets, and plays when the browser is sure not to have to wait. A server
  // can't tell the seconds until then from listening: half of one on an idle machine, two and a
  // half were seen on a loaded one.
  { options: { html5: true }, wrong: 12 },
];

/** @param setup a script that works on `howl` */
function furnish(app: Express, source: string, options: object, setup: string): void {
  const settings = JSON.stringify({ src: [source], format: ['wav'], ...options });
  app.get('/howler.js', (_request, response) => {
    response.sendFile(packageFile('howler/dist/howler.js'));
  });
  app.get('/', (_request, response) => {
    response.send(
      page(`<button>Play</button>
  <script src="/howler.js"></script>
  <script>
    const howl = new Howl(${settings});
    document.querySelector('button').onclick = () => howl.play();
    ${setup}
  </script>`),
    );
  });
}

describe.skipIf(isLeftOut('chromium'))('Howler.js', () => {
  let browser: TestBrowser;
  beforeAll(async () => {
    browser = await startChromium();
  });
  afterAll(() => browser?.close());

  test.for(MEDIA_ELEMENT_MODES)(
    'with $options is counted as it is heard',
    async (mode, context) => {
      const stage = await setStage({
        browser,
        test: context,
        seconds: 180,
        furnish: (app, { source }) =>
          furnish(app, source, mode.options, 'listenTo(howl._sounds[0]._node)'),
      });
      const visit = await stage.visit();
      await visit.click('button');
      await visit.heardTo(5);
      await visit.leave();
      await expectHeard(stage, context, { wrong: mode.wrong, listenings: 1 });
    },
  );

  test('by default downloads everything, and so everything counts', async (context) => {
    const { expect } = context;
    const stage = await setStage({
      browser,
      test: context,
      seconds: 20,
      furnish: (app, { source }) =>
        furnish(
          app,
          source,
          {},
          `const loaded = new Promise((resolve) => howl.once('load', () => resolve(true)));
          const begun = new Promise((resolve) => howl.once('play', () => resolve(true)));`,
        ),
    });
    const person = await stage.invite();
    const tab = await person.open(stage.siteUrl);
    await tab.evaluate('loaded');
    await tab.click('button');
    await tab.evaluate('begun');
    await person.leave();
    const stats = await stage.audio.settledStats();
    expect(stats.segment_play_counts).toEqual(new Array(40).fill(1));
    expect(stats.total_streams).toBe(1);
  });
});
