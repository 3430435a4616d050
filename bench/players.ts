import { setTimeout } from 'node:timers/promises';
import type { PlayerJob, PlayerResult } from './programs/player-load.ts';
import { Child } from './support/child.ts';
import { type Goal, type Options, type PartResult, progress } from './support/part.ts';
import { program, withFolders } from './support/places.ts';
import { type BenchServer, startOurs } from './support/servers.ts';
import { percentile, sum } from './support/statistics.ts';
import { statsOf } from './support/stats.ts';
import { CD, CD_BYTES_A_SECOND, writeWavs } from './support/wav.ts';

const TRACKS = 20;
const TRACK_SECONDS = 120;
const ARRIVAL_MS = 2_000;
// What is sent at once at the beginning is over by then.
const STEADY_AFTER_MS = 8_000;
// Code that has just been loaded is several times slower than what has run for a while.
const WARM_UP = { listeners: 400, arrivalMs: 2_000, listenMs: 1_000 };
// Each leaves in the middle of a segment, so that it is certain how many were heard to their end.
const SEGMENT_MS = 500;
const LEAVING_MS = 250;

const names = Array.from({ length: TRACKS }, (_, track) => `track-${track}.wav`);

interface Crowd {
  readonly listeners: number;
  readonly load: PlayerResult;
  /** Seconds of CPU time of all threads for an hour of one listener's, once all are under way. */
  readonly cpuSPerListenerHour: number;
  /** Share of the main thread that is busy, once all are under way. */
  readonly mainThread: number;
  readonly memory: { readonly steady: number; readonly peak: number };
  readonly loop: { readonly arriving: number; readonly steady: number; readonly max: number };
  /** Segments that were counted, of those that were heard to their end. */
  readonly counted: number;
}

/** Paced listeners, each of whom checks that what is to be heard next is always there. */
export async function players({ isQuick }: Options): Promise<PartResult> {
  const listenMs = (isQuick ? 12_000 : 30_000) + LEAVING_MS;
  const crowds: Crowd[] = [];
  for (const listeners of isQuick ? [100, 500] : [100, 500, 1_000, 2_000]) {
    progress(`players: ${listeners} listeners for ${Math.floor(listenMs / 1000)} s`);
    crowds.push(await measure(listeners, listenMs));
  }
  return report(crowds, listenMs);
}

function measure(listeners: number, listenMs: number): Promise<Crowd> {
  return withFolders(async (folders) => {
    const spec = { ...CD, frames: TRACK_SECONDS * CD.sampleRate };
    await writeWavs(folders.audioDir, names, spec);
    const server = await startOurs(folders);
    const load = new Child(program('player-load.js'));
    try {
      const job = jobOf(server, listeners, listenMs);
      await load.ask({ ...job, ...WARM_UP });
      // Probes, the warm-up's listeners count nothing, but they are to be forgotten.
      await setTimeout(1_000);
      return await listen(server, load, job);
    } finally {
      await Promise.all([server.end(), load.end()]);
    }
  });
}

async function listen(server: BenchServer, load: Child, job: PlayerJob): Promise<Crowd> {
  const { listeners, arrivalMs, listenMs } = job;
  const { now: idle } = await server.memory();
  await server.resetPeak();
  await server.vitals();
  const listened = load.ask<PlayerResult>(job);
  await setTimeout(STEADY_AFTER_MS);
  const arrived = await server.vitals();
  const steadyMs = listenMs - STEADY_AFTER_MS - 500;
  await setTimeout(steadyMs);
  const steady = await server.vitals();
  const memory = await server.memory();
  const result = await listened;
  const steadyS = steadyMs / 1000;
  progress(
    `players: ${listeners} arrived within ${arrivalMs / 1000} s; load generator: ` +
      `${result.cpuSeconds.toFixed(1)} s of CPU, event loop p99 ${result.loopDelayP99Ms.toFixed(1)} ms`,
  );
  return {
    listeners,
    load: result,
    cpuSPerListenerHour: (3600 * (steady.cpuSeconds - arrived.cpuSeconds)) / (listeners * steadyS),
    mainThread: (steady.mainThreadSeconds - arrived.mainThreadSeconds) / steadyS,
    memory: { steady: (memory.now - idle) / listeners, peak: (memory.peak - idle) / listeners },
    loop: {
      arriving: arrived.loopDelayP99Ms,
      steady: steady.loopDelayP99Ms,
      max: Math.max(arrived.loopDelayMaxMs, steady.loopDelayMaxMs),
    },
    counted: await countedShare(server, job),
  };
}

function jobOf({ port }: BenchServer, listeners: number, listenMs: number): PlayerJob {
  return {
    port,
    paths: names.map((name) => `/stream/${name}`),
    listeners,
    arrivalMs: ARRIVAL_MS,
    listenMs,
    bytesASecond: CD_BYTES_A_SECOND,
    headerBytes: 44,
  };
}

/** The listeners have left: all that they heard to its end should be counted, and no more. */
async function countedShare({ port }: BenchServer, job: PlayerJob): Promise<number> {
  await setTimeout(500);
  const stats = await Promise.all(names.map((name) => statsOf(port, name)));
  const counted = sum(stats.map(({ segment_play_counts }) => sum(segment_play_counts)));
  return counted / (job.listeners * Math.floor(job.listenMs / SEGMENT_MS));
}

function report(crowds: readonly Crowd[], listenMs: number): PartResult {
  return {
    tables: [
      {
        title: `Players: paced listeners on ${TRACKS} tracks of CD audio for ${Math.floor(listenMs / 1000)} s, arriving within ${ARRIVAL_MS / 1000} s`,
        head: [
          'listeners',
          'first byte p50',
          'p99',
          'least lead',
          'ever behind',
          'failed',
          'CPU s a listener-hour',
          'main thread',
          'memory each',
          'at its peak',
          'event loop p99',
          'while arriving',
          'max',
          'plays counted',
        ],
        rows: crowds.map(({ listeners, load, memory, loop, ...rest }) => [
          String(listeners),
          ms(percentile(load.firstByteMs, 50)),
          ms(percentile(load.firstByteMs, 99)),
          `${Math.min(...load.leastLeadS).toFixed(2)} s`,
          String(load.everBehind),
          String(load.failed),
          rest.cpuSPerListenerHour.toFixed(2),
          `${(rest.mainThread * 100).toFixed(0)} %`,
          kib(memory.steady),
          kib(memory.peak),
          ms(loop.steady),
          ms(loop.arriving),
          ms(loop.max),
          `${(rest.counted * 100).toFixed(1)} %`,
        ]),
      },
    ],
    goals: crowds.flatMap(goalsOf),
    figures: {
      tracks: TRACKS,
      trackSeconds: TRACK_SECONDS,
      listenMs,
      arrivalMs: ARRIVAL_MS,
      crowds: crowds.map(({ load, ...rest }) => ({
        ...rest,
        firstByteMs: {
          p50: percentile(load.firstByteMs, 50),
          p99: percentile(load.firstByteMs, 99),
          max: Math.max(...load.firstByteMs),
        },
        leastLeadS: Math.min(...load.leastLeadS),
        everBehind: load.everBehind,
        worstS: load.worstS,
        failed: load.failed,
        bytes: load.bytes,
        load: { loopDelayP99Ms: load.loopDelayP99Ms, cpuSeconds: load.cpuSeconds },
      })),
    },
  };
}

function goalsOf({ listeners, load, memory }: Crowd): Goal[] {
  const firstByte = percentile(load.firstByteMs, 99);
  const limit = listeners <= 100 ? 50 : 100;
  const behind = load.everBehind + load.failed;
  return [
    {
      what: `${listeners} players: first byte p99`,
      promised: `< ${limit} ms`,
      measured: ms(firstByte),
      isReached: firstByte < limit,
    },
    {
      what: `${listeners} players: ever behind`,
      promised: '0',
      measured: String(behind),
      isReached: behind === 0,
    },
    // Of a few, most would be what the heap grows by anyway.
    ...(listeners < 500
      ? []
      : [
          {
            what: `${listeners} players: memory each`,
            promised: '< 200 KiB',
            measured: kib(memory.steady),
            isReached: memory.steady < 200 * 1024,
          },
        ]),
  ];
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`;
}

function kib(bytes: number): string {
  return `${(bytes / 1024).toFixed(0)} KiB`;
}
