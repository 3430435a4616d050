import { setTimeout as milliseconds } from 'node:timers/promises';
import { afterAll, beforeAll, describe, type TestContext, test } from 'vitest';
import { chunk } from '../support/riff.ts';
import type { TestBrowser } from './support/browser.ts';
import { startChromium } from './support/chromium.ts';
import { expectHeard } from './support/expect-heard.ts';
import { expectedPlays, inRuns, tooFew, tooMany } from './support/expected-plays.ts';
import { startFirefox } from './support/firefox.ts';
import { isLeftOut } from './support/programs.ts';
import { plainTag } from './support/site.ts';
import { type Stage, type StageOptions, setStage } from './support/stage.ts';
import type { Visit } from './support/visit.ts';

// What a server can't see, and by how much it is off then. README gives the numbers that these
// tests print. Asserted is only what the mechanism comes to at worst: the clock of a listening runs
// in real time, whatever the listener does. A busy machine makes that real time longer than planned.

interface Limit {
  readonly title: string;
  /** Of the track; 180 if nothing is said. */
  readonly seconds?: number;
  /** Of the tag; preload="none" if nothing is said. */
  readonly attributes?: string;
  /** Seconds of audio counted though nobody heard them, at worst. */
  readonly tooMany: number;
  /** Seconds of audio heard and not counted, at worst. */
  readonly tooFew: number;
  readonly act: (visit: Visit) => Promise<void>;
}

const SEGMENTS_A_SECOND = 2;
/** Seconds by which a busy machine may be late, and the one or so by which exact counts are off. */
const SLACK_S = 4;

const LIMITS: readonly Limit[] = [
  {
    // The clock goes on while the response stays open, and ahead of the listener for good.
    title: 'a pause of 20 s, 4 s before and 1 s after',
    tooMany: 20,
    tooFew: 0,
    act: async (visit) => {
      await visit.playTo(4);
      await visit.pause();
      await milliseconds(20_000);
      await visit.playTo(5);
    },
  },
  {
    // It asks and reads on like a page that plays.
    title: 'preload="auto", left after 12 s, never played',
    attributes: 'preload="auto"',
    tooMany: 12,
    tooFew: 0,
    act: () => milliseconds(12_000),
  },
  {
    // All in memory after the first round.
    title: 'a loop of 6 s, two rounds and a half',
    seconds: 6,
    attributes: 'preload="none" loop',
    tooMany: 0,
    tooFew: 9,
    act: async (visit) => {
      await visit.playTo(1);
      await visit.wentRound(2);
      await visit.heardTo(3);
    },
  },
  {
    // The clock knows nothing of it: what is heard again counts further on instead.
    title: 'a seek back in the buffer, from 5 s to 2 s, 3 s more',
    tooMany: 3,
    tooFew: 3,
    act: async (visit) => {
      await visit.playTo(5);
      await visit.seek(2);
      await visit.heardTo(5);
    },
  },
  {
    title: '6 s of the track at 1.5 times the speed',
    tooMany: 0,
    tooFew: 2,
    act: (visit) => playFaster(visit, 1.5, 6),
  },
  {
    title: '6 s of the track at twice the speed',
    tooMany: 0,
    tooFew: 3,
    act: (visit) => playFaster(visit, 2, 6),
  },
];

const TITLE_TAG = chunk('INAM', Buffer.from('A work with its title at the end\0', 'latin1'));
const TAGS = chunk('LIST', Buffer.concat([Buffer.from('INFO', 'latin1'), TITLE_TAG]));

describe.skipIf(isLeftOut('firefox'))('what a server cannot see', () => {
  describe('Firefox', () => {
    measureLimits(startFirefox);
  });
});

describe.skipIf(isLeftOut('chromium'))('what a server cannot see', () => {
  describe('Chromium', () => {
    const browser = measureLimits(startChromium);

    // No limit: it asks for the tags at the end before it plays, and counts are exact all the same.
    test.concurrent('a track with tags behind the audio, 7.3 s', async (context) => {
      const stage = await setTagStage({ browser: browser(), test: context, trailer: TAGS });
      const visit = await stage.visit();
      await visit.playTo(7.3);
      await visit.leave();
      await expectHeard(stage, context, { wrong: 2, listenings: 1 });
    });
  });
});

/** @returns what gives the browser, once the tests run */
function measureLimits(start: () => Promise<TestBrowser>): () => TestBrowser {
  let browser: TestBrowser;
  beforeAll(async () => {
    browser = await start();
  });
  afterAll(() => browser?.close());

  for (const limit of LIMITS) {
    test.concurrent(limit.title, async (context) => {
      const stage = await setTagStage({ browser, test: context, ...limit });
      const visit = await stage.visit();
      await limit.act(visit);
      await visit.leave();
      await expectNoWorse(stage, context, limit);
    });
  }
  return () => browser;
}

type TagStageOptions = Pick<StageOptions, 'browser' | 'test' | 'trailer'> &
  Pick<Limit, 'seconds' | 'attributes'>;

/** A page with a plain tag and nothing else. */
function setTagStage(options: TagStageOptions): Promise<Stage> {
  const { browser, test, trailer, seconds = 180, attributes = 'preload="none"' } = options;
  return setStage({
    browser,
    test,
    seconds,
    trailer,
    furnish: (app, { source }) => {
      app.get('/', (_request, response) => {
        response.send(plainTag(source, attributes));
      });
    },
  });
}

async function playFaster(visit: Visit, rate: number, seconds: number): Promise<void> {
  await visit.evaluate(`document.querySelector('audio').playbackRate = ${rate}`);
  await visit.playTo(seconds);
}

/** Once the listener has left: the count is off by no more than what can be explained. */
async function expectNoWorse(
  { audio, diary, visits }: Stage,
  { expect, task }: TestContext,
  allowed: Limit,
): Promise<void> {
  const stats = await audio.settledStats();
  const counted = stats.segment_play_counts;
  const heard = expectedPlays(
    visits.flatMap(({ report }) => report.passes),
    stats,
  );
  diary.note('listener', `heard segments ${inRuns(heard)}`);
  diary.note('server', `counted segments ${inRuns(counted)}`);
  const many = tooMany(counted, heard);
  const few = tooFew(counted, heard);
  process.stdout.write(
    `${task.suite?.name}: ${task.name}: ${many} segments too many, ${few} too few, ` +
      `${stats.total_streams} listenings\n`,
  );
  const most = (seconds: number) => (seconds + SLACK_S) * SEGMENTS_A_SECOND;
  expect.soft(many, 'segments too many').toBeLessThanOrEqual(most(allowed.tooMany));
  expect.soft(few, 'segments too few').toBeLessThanOrEqual(most(allowed.tooFew));
}
