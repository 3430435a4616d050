import type { Express } from 'express';
import type { TestContext } from 'vitest';
import { type AudioServer, startAudioServer } from './audio-server.ts';
import type { Person, TestBrowser } from './browser.ts';
import { Diary } from './diary.ts';
import { noiseWav } from './noise-wav.ts';
import { startSite } from './site.ts';
import { Visit } from './visit.ts';

export interface StageOptions {
  readonly browser: TestBrowser;
  readonly test: TestContext;
  /** Of the track. */
  readonly seconds: number;
  /** Chunks of the track's file that come after the audio. */
  readonly trailer?: Uint8Array | undefined;
  /** Puts pages on the site. */
  readonly furnish: (app: Express, audio: AudioServer) => void | Promise<void>;
}

/** An audio server with one track, a foreign site that plays it, and people who visit the site. */
export interface Stage {
  readonly audio: AudioServer;
  readonly diary: Diary;
  readonly visits: readonly Visit[];
  readonly siteUrl: string;
  invite(): Promise<Person>;
  /** @param person somebody new if nobody is given */
  visit(person?: Person): Promise<Visit>;
}

/** Sets everything up. It ends with the test, and what happened is told if that failed. */
export async function setStage(options: StageOptions): Promise<Stage> {
  const { browser, test, seconds, trailer, furnish } = options;
  const diary = new Diary();
  const tell = () => void process.stderr.write(`\n${test.task.name}\n${diary}\n`);
  if (process.env.BROWSER_DIARY === undefined) test.onTestFailed(tell);
  else test.onTestFinished(tell);
  const audio = await startAudioServer(noiseWav(seconds, trailer), diary);
  test.onTestFinished(() => audio.close());
  const site = await startSite((app) => furnish(app, audio));
  test.onTestFinished(() => site.close());

  let asked = 0;
  const people: Person[] = [];
  const visits: Visit[] = [];
  test.onTestFinished(async () => {
    await Promise.allSettled(visits.map((visit) => visit.leave()));
    await Promise.allSettled(people.map((person) => person.leave()));
  });
  const invite = async () => {
    const person = await browser.invite();
    people.push(person);
    return person;
  };
  return {
    audio,
    diary,
    visits,
    siteUrl: site.url,
    invite,
    visit: async (person) => {
      const name = `visit ${++asked}`;
      const visitor = person ?? (await invite());
      diary.note(name, 'page is asked for');
      const visit = new Visit(await visitor.open(site.url), name, diary);
      visits.push(visit);
      return visit;
    },
  };
}
