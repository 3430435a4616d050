import { afterAll, beforeAll, describe, test } from 'vitest';
import type { TestBrowser } from './support/browser.ts';
import { startChromium } from './support/chromium.ts';
import { expectHeard } from './support/expect-heard.ts';
import { isLeftOut } from './support/programs.ts';
import { packageFile, page } from './support/site.ts';
import { setStage } from './support/stage.ts';

function plyrPage(source: string): string {
  return page(`<link rel="stylesheet" href="/plyr/plyr.css">
  <audio controls preload="none" src="${source}"></audio>
  <script src="/plyr/plyr.js"></script>
  <script>
    const audio = document.querySelector('audio');
    listenTo(audio);
    // By default it gets its icons from the network of a CDN.
    new Plyr(audio, { iconUrl: '/plyr/plyr.svg', blankVideo: '' });
  </script>`);
}

describe.skipIf(isLeftOut('chromium'))('Plyr', () => {
  let browser: TestBrowser;
  beforeAll(async () => {
    browser = await startChromium();
  });
  afterAll(() => browser?.close());

  test('is counted as it is heard', async (context) => {
    const stage = await setStage({
      browser,
      test: context,
      seconds: 180,
      furnish: (app, { source }) => {
        app.get('/plyr/:file', ({ params }, response) => {
          response.sendFile(packageFile(`plyr/dist/${params.file}`));
        });
        app.get('/', (_request, response) => {
          response.send(plyrPage(source));
        });
      },
    });
    const visit = await stage.visit();
    await visit.click('button[data-plyr="play"]');
    await visit.heardTo(5);
    await visit.leave();
    await expectHeard(stage, context, { wrong: 2, listenings: 1 });
  });
});
