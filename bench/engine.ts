import { droppedFrames, dropFrames } from '../src/dropout/dropout.ts';
import { type DropoutKey, framePermutation } from '../src/dropout/permutation.ts';
import type { Goal, Options, PartResult } from './support/part.ts';
import { median } from './support/statistics.ts';

const FRAMES = 22_050;
const FRAME_US = 1e6 / FRAMES;
const COUNTS = [1, 50, 99];
// Others than the cache holds, in turn: a play's segment was just read from the disk.
const SEGMENTS = 32;
const KEY: DropoutKey = Uint32Array.of(0x12345678, 0x9abcdef0, 0x0fedcba9, 0x87654321);

/** One play of half a second of stereo 16 bit, against one random number a frame. */
export async function engine({ isQuick }: Options): Promise<PartResult> {
  const rounds = isQuick ? 5 : 21;
  const segments = Array.from({ length: SEGMENTS }, noise);
  const results = COUNTS.map((count) => {
    const ours: number[] = [];
    const baseline: number[] = [];
    const measure = [
      () => ours.push(timeOf(segments, 2_000, (samples, i) => play(samples, i, count))),
      () => baseline.push(timeOf(segments, 200, (samples) => randomMask(samples, count / 100))),
    ];
    for (const once of measure) once();
    ours.length = 0;
    baseline.length = 0;
    for (let round = 0; round < rounds; round++) {
      for (const once of round % 2 === 0 ? measure : measure.toReversed()) once();
    }
    return { count, oursUs: median(ours), baselineUs: median(baseline) };
  });
  return {
    tables: [
      {
        title: `Engine: one play of ${FRAMES} stereo frames (medians of ${rounds} rounds)`,
        head: ['play', 'µs', 'ns a frame', 'a random number a frame: µs', 'ns a frame', 'ratio'],
        rows: results.map(({ count, oursUs, baselineUs }) => [
          `number ${count}`,
          oursUs.toFixed(2),
          ((oursUs * FRAME_US) / 1000).toFixed(3),
          baselineUs.toFixed(1),
          ((baselineUs * FRAME_US) / 1000).toFixed(2),
          `${(baselineUs / oursUs).toFixed(1)} ×`,
        ]),
      },
    ],
    goals: goalsOf(results),
    figures: { rounds, frames: FRAMES, results },
  };
}

interface Result {
  readonly count: number;
  readonly oursUs: number;
  readonly baselineUs: number;
}

function goalsOf(results: readonly Result[]): Goal[] {
  const ratio = Math.min(...results.map(({ oursUs, baselineUs }) => baselineUs / oursUs));
  const slowest = Math.max(...results.map(({ oursUs }) => oursUs));
  return [
    {
      what: 'engine: faster than a random number a frame',
      promised: '≥ 10 ×',
      measured: `${ratio.toFixed(1)} ×`,
      isReached: ratio >= 10,
    },
    {
      what: 'engine: one play of a segment',
      promised: '< 100 µs',
      measured: `${slowest.toFixed(1)} µs`,
      isReached: slowest < 100,
    },
  ];
}

/** What a play takes of a segment, as `TrackAudio.decay` does it. */
function play(samples: Int32Array, segment: number, count: number): void {
  const from = droppedFrames(FRAMES, count - 1, 1);
  const to = droppedFrames(FRAMES, count, 1);
  dropFrames(samples, 1, 0, framePermutation(KEY, segment, FRAMES), from, to);
}

/** What the origin does, without NumPy: a mask drawn anew at every play. */
function randomMask(samples: Int32Array, rate: number): void {
  for (let frame = 0; frame < FRAMES; frame++) if (Math.random() < rate) samples[frame] = 0;
}

/** Microseconds of one call. */
function timeOf(
  segments: readonly Int32Array[],
  calls: number,
  task: (samples: Int32Array, segment: number) => void,
): number {
  const began = performance.now();
  for (let i = 0; i < calls; i++) task(segments[i % SEGMENTS] as Int32Array, i % SEGMENTS);
  return ((performance.now() - began) * 1000) / calls;
}

function noise(): Int32Array {
  return Int32Array.from({ length: FRAMES }, () => (Math.random() * 2 ** 32) | 1);
}
