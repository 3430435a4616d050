import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DownloadJob, DownloadResult } from './programs/download-load.ts';
import { assertAgreement } from './support/agreement.ts';
import { Child } from './support/child.ts';
import { type Goal, type Options, type PartResult, progress } from './support/part.ts';
import { type Folders, program, withFolders } from './support/places.ts';
import { type BenchServer, startOurs, startStatic } from './support/servers.ts';
import { untilApplied, untilIdle } from './support/stats.ts';
import { median, medians } from './support/statistics.ts';
import { CD, writeWavs } from './support/wav.ts';

const DOWNLOADS = 30;
const TRACK_SECONDS = 180;

/** A way to download: so many at once, in turn of so many tracks. */
interface Mode {
  readonly name: string;
  readonly atOnce: number;
  readonly tracks: number;
}

const MODES: readonly Mode[] = [
  { name: '1 at a time', atOnce: 1, tracks: 10 },
  { name: '10 at a time, a track each', atOnce: 10, tracks: 10 },
  { name: '10 at a time, all of one track', atOnce: 10, tracks: 1 },
];

/** The tracks of one mode in one round, which nobody has played before. */
interface Batch {
  readonly mode: Mode;
  readonly round: number;
  readonly filenames: readonly string[];
  /** Plays of each track in the round. */
  readonly plays: number;
}

interface Measured {
  readonly mbPerS: number;
  /** CPU time of all threads a gigabyte, that of what was done afterwards with it. */
  readonly cpuSPerGb: number;
}

interface Ours extends Measured {
  /** From the last byte until every play is in the audio. */
  readonly settleMs: number;
  /** As if the listeners had waited for that. */
  readonly settledMbPerS: number;
}

/** Full speed without ranges, every play degrading, against `express.static` on the same files. */
export function downloads({ isQuick }: Options): Promise<PartResult> {
  const rounds = isQuick ? 2 : 5;
  return withFolders(async (folders) => {
    const batches = Array.from({ length: rounds }, (_, round) =>
      MODES.map((mode) => batchOf(mode, round)),
    ).flat();
    const warmUp = batchOf({ name: 'warm-up', atOnce: 2, tracks: 2 }, -1);
    progress('downloads: making tracks');
    await writeWavs(
      folders.audioDir,
      [warmUp, ...batches].flatMap(({ filenames }) => filenames),
      { ...CD, frames: TRACK_SECONDS * CD.sampleRate },
    );
    const servers = { ours: await startOurs(folders), static: await startStatic(folders) };
    const load = new Child(program('download-load.js'));
    try {
      await measure(warmUp, folders, servers, load);
      const results: Result[] = [];
      for (const batch of batches) {
        progress(`downloads: ${batch.mode.name}, round ${batch.round + 1} of ${rounds}`);
        results.push({ batch, ...(await measure(batch, folders, servers, load)) });
      }
      await Promise.all([servers.ours.end(), servers.static.end()]);
      progress('downloads: comparing records and audio');
      await assertAllAgree(folders, batches);
      return report(results, rounds);
    } finally {
      await Promise.all([servers.ours.end(), servers.static.end(), load.end()]);
    }
  });
}

function batchOf(mode: Mode, round: number): Batch {
  const name = (track: number) => `${mode.name.replaceAll(/\W+/g, '-')}.${round}.${track}.wav`;
  const filenames = Array.from({ length: mode.tracks }, (_, track) => name(track));
  return { mode, round, filenames, plays: DOWNLOADS / mode.tracks };
}

interface Servers {
  readonly ours: BenchServer;
  readonly static: BenchServer;
}

interface Result {
  readonly batch: Batch;
  readonly ours: Ours;
  readonly baseline: Measured;
}

/** Both on the same files, in memory for both, one after the other. */
async function measure(batch: Batch, { audioDir }: Folders, servers: Servers, load: Child) {
  for (const name of batch.filenames) await readFile(join(audioDir, name));
  const isOursFirst = (batch.round + MODES.indexOf(batch.mode)) % 2 === 0;
  const measured: { ours?: Ours; baseline?: Measured } = {};
  for (const isOurs of isOursFirst ? [true, false] : [false, true]) {
    if (isOurs) measured.ours = await measureOurs(batch, servers.ours, load);
    else measured.baseline = await measureStatic(batch, servers.static, load);
  }
  return measured as { ours: Ours; baseline: Measured };
}

async function measureOurs(batch: Batch, server: BenchServer, load: Child): Promise<Ours> {
  const cpuSeconds = async () => (await server.vitals()).cpuSeconds;
  const before = await cpuSeconds();
  const { ms, bytes } = await download(batch, server, '/stream/', load);
  const settleMs = await untilApplied(server.port, batch.filenames, batch.plays);
  // What it still does is neither to be hidden nor to be in the way of the other's round.
  await untilIdle(cpuSeconds);
  return {
    mbPerS: bytes / ms / 1e3,
    settleMs,
    settledMbPerS: bytes / (ms + settleMs) / 1e3,
    cpuSPerGb: ((await cpuSeconds()) - before) / (bytes / 1e9),
  };
}

async function measureStatic(batch: Batch, server: BenchServer, load: Child): Promise<Measured> {
  const before = await server.vitals();
  const { ms, bytes } = await download(batch, server, '/', load);
  const { cpuSeconds } = await server.vitals();
  return {
    mbPerS: bytes / ms / 1e3,
    cpuSPerGb: (cpuSeconds - before.cpuSeconds) / (bytes / 1e9),
  };
}

async function download({ mode, filenames }: Batch, server: BenchServer, at: string, load: Child) {
  const paths = Array.from({ length: DOWNLOADS }, (_, i) => at + filenames[i % filenames.length]);
  const job: DownloadJob = { port: server.port, paths, atOnce: mode.atOnce };
  const result = await load.ask<DownloadResult>(job);
  const expected = DOWNLOADS * (44 + TRACK_SECONDS * CD.sampleRate * 4);
  if (result.bytes !== expected) throw new Error(`${result.bytes} bytes instead of ${expected}`);
  return result;
}

async function assertAllAgree(folders: Folders, batches: readonly Batch[]): Promise<void> {
  for (const { filenames, plays } of batches) {
    for (const name of filenames) {
      const json = join(folders.metadataDir, name.replace('.wav', '.json'));
      await assertAgreement(join(folders.audioDir, name), json, plays);
    }
  }
}

function report(results: readonly Result[], rounds: number): PartResult {
  const summaries = MODES.map(({ name }) => {
    const its = results.filter(({ batch }) => batch.mode.name === name);
    return {
      name,
      ours: medians(its.map(({ ours }) => ({ ...ours }))),
      baseline: medians(its.map(({ baseline }) => ({ ...baseline }))),
      // Of each round, so that what slows both down for a while is in neither.
      ratio: median(its.map(({ ours, baseline }) => ours.mbPerS / baseline.mbPerS)),
      settledRatio: median(its.map(({ ours, baseline }) => ours.settledMbPerS / baseline.mbPerS)),
      rounds: its.map(({ ours, baseline }) => ({ ours, baseline })),
    };
  });
  return {
    tables: [
      {
        title: `Downloads: ${DOWNLOADS} of ${TRACK_SECONDS} s CD audio (31.8 MB), all degrading, our own raw client (medians of ${rounds} rounds)`,
        head: [
          'downloads',
          'MB/s',
          'express.static: MB/s',
          'ratio',
          'all plays in the audio after',
          'ratio with that',
          'CPU s/GB',
          'express.static: CPU s/GB',
        ],
        rows: summaries.map(({ name, ours, baseline, ratio, settledRatio }) => [
          name,
          ours.mbPerS.toFixed(0),
          baseline.mbPerS.toFixed(0),
          ratio.toFixed(2),
          `${ours.settleMs.toFixed(0)} ms`,
          settledRatio.toFixed(2),
          ours.cpuSPerGb.toFixed(2),
          baseline.cpuSPerGb.toFixed(2),
        ]),
      },
    ],
    goals: summaries.map(
      ({ name, ratio }): Goal => ({
        what: `downloads, ${name}: of express.static's speed`,
        promised: '≥ 0.90',
        measured: ratio.toFixed(2),
        isReached: ratio >= 0.9,
      }),
    ),
    figures: { rounds, downloads: DOWNLOADS, trackSeconds: TRACK_SECONDS, agreed: true, summaries },
  };
}
