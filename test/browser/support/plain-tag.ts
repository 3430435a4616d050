import { setTimeout as seconds } from 'node:timers/promises';
import { afterAll, beforeAll, describe, test } from 'vitest';
import type { TestBrowser } from './browser.ts';
import { type Allowed, expectHeard } from './expect-heard.ts';
import { plainTag } from './site.ts';
import { type Stage, setStage } from './stage.ts';

interface Scenario extends Allowed {
  readonly title: string;
  /** Of the track; 180 if nothing is said. */
  readonly seconds?: number;
  /** Of the tag. */
  readonly attributes: string;
  readonly act: (stage: Stage) => Promise<void>;
}

const IDLE_MS = 3000;
const NEVER_PLAYED_MS = 12_000;

const SIDE_BY_SIDE: readonly Scenario[] = [
  {
    title: '20 s straight',
    attributes: 'preload="none"',
    wrong: 2,
    listenings: 1,
    act: async (stage) => {
      const visit = await stage.visit();
      await visit.playTo(20);
      await visit.leave();
    },
  },
  {
    title: 'there and back: 4 s, 4 s from 30, 3 s from 2',
    attributes: 'preload="none"',
    wrong: 8,
    listenings: 1,
    act: async (stage) => {
      const visit = await stage.visit();
      await visit.playTo(4);
      await visit.seek(30);
      await visit.heardTo(34);
      await visit.seek(2);
      await visit.heardTo(5);
      await visit.leave();
    },
  },
  {
    title: 'a page that is left after 12 s, never played',
    attributes: '',
    wrong: 0,
    listenings: 0,
    act: neverPlay,
  },
  {
    title: 'a page with a track of 6 s that is left after 12 s, never played',
    seconds: 6,
    attributes: '',
    wrong: 0,
    listenings: 0,
    act: neverPlay,
  },
  {
    title: 'the same listener twice, 5 s each',
    attributes: 'preload="none"',
    wrong: 4,
    listenings: 2,
    act: async (stage) => {
      const person = await stage.invite();
      for (let time = 0; time < 2; time++) {
        const visit = await stage.visit(person);
        await visit.playTo(5);
        await visit.leave();
      }
    },
  },
  {
    title: 'no preload attribute, 7.3 s after 3 s of nothing',
    attributes: '',
    wrong: 2,
    listenings: 1,
    act: async (stage) => {
      const visit = await stage.visit();
      await seconds(IDLE_MS);
      await visit.playTo(7.3);
      await visit.leave();
    },
  },
  {
    title: 'preload="none", 7.3 s',
    attributes: 'preload="none"',
    wrong: 2,
    listenings: 1,
    act: async (stage) => {
      const visit = await stage.visit();
      await visit.playTo(7.3);
      await visit.leave();
    },
  },
  {
    title: 'a track of 6 s to its end',
    seconds: 6,
    attributes: 'preload="none"',
    wrong: 1,
    listenings: 1,
    act: async (stage) => {
      const visit = await stage.visit();
      await visit.playToEnd();
      await visit.leave();
    },
  },
];

const BY_ITSELF: Scenario = {
  title: 'two listeners at once, 5 s each',
  attributes: 'preload="none"',
  wrong: 4,
  listenings: 2,
  act: async (stage) => {
    const visits = await Promise.all([stage.visit(), stage.visit()]);
    await Promise.all(visits.map((visit) => visit.playTo(5)));
    await Promise.all(visits.map((visit) => visit.leave()));
  },
};

/** What people do with a plain tag is counted as they hear it, in this browser. */
export function describePlainTag(name: string, start: () => Promise<TestBrowser>): void {
  describe(name, () => {
    let browser: TestBrowser;
    beforeAll(async () => {
      browser = await start();
    });
    afterAll(() => browser?.close());

    for (const scenario of SIDE_BY_SIDE) {
      test.concurrent(scenario.title, (context) => play(scenario, browser, context));
    }
    // More pages at once than three are no measure of anything on two cores.
    test(BY_ITSELF.title, (context) => play(BY_ITSELF, browser, context));
  });
}

async function play(
  scenario: Scenario,
  browser: TestBrowser,
  context: Parameters<typeof expectHeard>[1],
): Promise<void> {
  const stage = await setStage({
    browser,
    test: context,
    seconds: scenario.seconds ?? 180,
    furnish: (app, audio) => {
      app.get('/', (_request, response) => {
        response.send(plainTag(audio.source, scenario.attributes));
      });
    },
  });
  await scenario.act(stage);
  await expectHeard(stage, context, scenario);
}

async function neverPlay(stage: Stage): Promise<void> {
  const visit = await stage.visit();
  await seconds(NEVER_PLAYED_MS);
  await visit.leave();
}
