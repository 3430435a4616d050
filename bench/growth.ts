import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { countingJournal } from './support/journal.ts';
import { type Goal, type Options, type PartResult, progress } from './support/part.ts';
import { withFolders } from './support/places.ts';
import { medians } from './support/statistics.ts';
import { writeWav } from './support/wav.ts';

const LENGTHS = [
  { name: '1 min', seconds: 60 },
  { name: '1 h', seconds: 3_600 },
  { name: '10 h', seconds: 36_000 },
];
const CROWDS = [1, 100, 1_000];
// Low, so that ten hours are not six gigabytes: what grows is the number of segments.
const FORMAT = { sampleRate: 8_000, channels: 1 };
const NOISE_SECONDS = 60;
/** The ticks of the clocks, at which plays arrive. */
const TICK_MS = 100;

interface Cost {
  readonly writesPerPlay: number;
  /** From the play to its being in the audio. */
  readonly settleMs: number;
  readonly mainThreadUsPerPlay: number;
}

interface Result {
  readonly track: string;
  readonly segments: number;
  readonly listeners: number;
  /** All hear the end of one segment at the same moment. */
  readonly atOnce: Cost;
  /** They move through the track for a while, each at a place of its own within a segment. */
  readonly listening: Cost;
}

type Journal = Awaited<ReturnType<typeof countingJournal>>;

/** What plays cost as tracks and crowds grow. */
export function growth({ isQuick }: Options): Promise<PartResult> {
  const rounds = isQuick ? 3 : 9;
  const listeningS = isQuick ? 1 : 4;
  return withFolders(async (folders) => {
    const results: Result[] = [];
    for (const { name, seconds } of LENGTHS) {
      for (const listeners of CROWDS) {
        progress(`growth: ${name}, ${listeners} listeners`);
        const filename = `${seconds}-${listeners}.wav`;
        await writeWav(join(folders.audioDir, filename), {
          ...FORMAT,
          frames: seconds * FORMAT.sampleRate,
          noiseFrames: NOISE_SECONDS * FORMAT.sampleRate,
        });
        const track = await countingJournal(folders, filename);
        const costs: Cost[] = [];
        for (let segment = 0; segment < rounds + 1; segment++) {
          const cost = await costOf(track, listeners, async ({ journal }) => {
            for (let listener = 0; listener < listeners; listener++) journal.count(segment);
          });
          if (segment > 0) costs.push(cost);
        }
        const first = rounds + 1;
        const listening = await costOf(track, listeners * listeningS * 2, ({ journal }) =>
          listen(journal, listeners, first, listeningS),
        );
        await track.journal.close();
        const { segments } = track;
        results.push({
          track: name,
          segments,
          listeners,
          atOnce: medians(costs.map((cost) => ({ ...cost }))),
          listening,
        });
      }
    }
    return report(results, rounds, listeningS);
  });
}

/** Lets plays happen, and waits until they are in the audio. */
async function costOf(
  track: Journal,
  plays: number,
  happen: (track: Journal) => Promise<void>,
): Promise<Cost> {
  const writesBefore = track.writes();
  const loop = performance.eventLoopUtilization();
  await happen(track);
  const began = performance.now();
  await track.journal.flush();
  const settleMs = performance.now() - began;
  const { active } = performance.eventLoopUtilization(loop);
  return {
    writesPerPlay: (track.writes() - writesBefore) / plays,
    settleMs,
    mainThreadUsPerPlay: (active * 1000) / plays,
  };
}

/** The listeners' clocks pass the ends of segments as in the server: at its ticks. */
async function listen(
  journal: Journal['journal'],
  listeners: number,
  firstSegment: number,
  seconds: number,
): Promise<void> {
  const ticks = (seconds * 1000) / TICK_MS;
  const ticksASegment = 500 / TICK_MS;
  for (let tick = 0; tick < ticks; tick++) {
    const segment = firstSegment + Math.floor(tick / ticksASegment);
    for (let listener = 0; listener < listeners; listener++) {
      if (listener % ticksASegment === tick % ticksASegment) journal.count(segment);
    }
    await setTimeout(TICK_MS);
  }
}

function report(results: readonly Result[], rounds: number, listeningS: number): PartResult {
  return {
    tables: [
      {
        title: `Growth: listeners who hear the end of one segment at once (medians of ${rounds} rounds), and who listen for ${listeningS} s`,
        head: [
          'track',
          'segments',
          'listeners',
          'at once: writes a play',
          'in the audio after',
          'µs a play',
          'main thread: µs a play',
          'listening: writes a play',
          'main thread: µs a play',
        ],
        rows: results.map(({ track, segments, listeners, atOnce, listening }) => [
          track,
          segments.toLocaleString('en'),
          listeners.toLocaleString('en'),
          atOnce.writesPerPlay.toFixed(4),
          `${atOnce.settleMs.toFixed(1)} ms`,
          ((atOnce.settleMs * 1000) / listeners).toFixed(1),
          atOnce.mainThreadUsPerPlay.toFixed(1),
          listening.writesPerPlay.toFixed(4),
          listening.mainThreadUsPerPlay.toFixed(1),
        ]),
      },
    ],
    goals: LENGTHS.map(({ name }) =>
      goalOf(
        name,
        results.filter(({ track }) => track === name),
      ),
    ),
    figures: { rounds, listeningS, results },
  };
}

function goalOf(name: string, results: readonly Result[]): Goal {
  const costs = results.map(({ atOnce }) => atOnce.writesPerPlay);
  return {
    what: `growth, ${name}: writes a play at ${CROWDS.join(', ')} listeners`,
    promised: 'falls',
    measured: costs.map((cost) => cost.toFixed(3)).join(', '),
    isReached: costs.every((cost, i) => i === 0 || cost < (costs[i - 1] ?? 0)),
  };
}
