import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DownloadJob } from './programs/download-load.ts';
import { Child } from './support/child.ts';
import { type Options, type PartResult, progress } from './support/part.ts';
import { type Folders, program, withFolders } from './support/places.ts';
import { startOurs } from './support/servers.ts';
import { median } from './support/statistics.ts';
import { CD, writeWav } from './support/wav.ts';

const TRACKS = 1_000;
const TRACK_SECONDS = 180;
const MIB = 2 ** 20;
const SIZES = { small: 6 * MIB, large: 6 * 1024 * MIB };
const READ_BYTES = 200 * MIB;
const NOISE_BYTES = 256 * MIB;
const LISTENERS = 10;

/** How long a start takes, and how much memory a large file. */
export async function start({ isQuick }: Options): Promise<PartResult> {
  const rounds = isQuick ? 2 : 5;
  const starts = await measureStarts(rounds);
  const memory = await measureMemory(isQuick ? 1 : 3);
  const extra = memory.large.peak - memory.small.peak;
  return {
    tables: [
      {
        title: `Start with ${TRACKS.toLocaleString('en')} tracks of ${TRACK_SECONDS} s, from spawn to the log line (medians of ${rounds} rounds)`,
        head: ['metadata', 'time'],
        rows: [
          ['none yet', `${starts.firstMs.toFixed(0)} ms`],
          ['of an earlier start', `${starts.laterMs.toFixed(0)} ms`],
        ],
      },
      {
        title: `Memory while ${LISTENERS} listeners download ${READ_BYTES / MIB} MiB each`,
        head: ['file', 'idle', 'peak', 'more'],
        rows: [
          ['6 MiB', ...memoryCells(memory.small)],
          ['6 GiB RF64', ...memoryCells(memory.large)],
        ],
      },
    ],
    goals: [
      {
        what: `start with ${TRACKS.toLocaleString('en')} tracks`,
        promised: '< 2 s',
        measured: `${(Math.max(starts.firstMs, starts.laterMs) / 1000).toFixed(2)} s`,
        isReached: Math.max(starts.firstMs, starts.laterMs) < 2_000,
      },
      {
        what: 'memory: a file 1,000 times as large',
        promised: 'flat (< 16 MiB more)',
        measured: `${mib(extra)} more`,
        isReached: extra < 16 * MIB,
      },
    ],
    figures: { rounds, tracks: TRACKS, starts, memory },
  };
}

function measureStarts(rounds: number): Promise<{ firstMs: number; laterMs: number }> {
  return withFolders(async (folders) => {
    progress(`start: making ${TRACKS} tracks`);
    for (let track = 0; track < TRACKS; track++) {
      const spec = { ...CD, frames: TRACK_SECONDS * CD.sampleRate, noiseFrames: 100 };
      await writeWav(join(folders.audioDir, `track-${track}.wav`), spec);
    }
    const first: number[] = [];
    const later: number[] = [];
    for (let round = 0; round < rounds; round++) {
      progress(`start: round ${round + 1} of ${rounds}`);
      await rm(folders.metadataDir, { recursive: true });
      first.push(await startOnce(folders));
      later.push(await startOnce(folders));
    }
    return { firstMs: median(first), laterMs: median(later) };
  });
}

async function startOnce(folders: Folders): Promise<number> {
  const server = await startOurs(folders);
  await server.end();
  return server.startMs;
}

interface Memory {
  readonly idle: number;
  readonly peak: number;
}

async function measureMemory(rounds: number): Promise<{ small: Memory; large: Memory }> {
  const small: Memory[] = [];
  const large: Memory[] = [];
  for (let round = 0; round < rounds; round++) {
    progress(`start: memory, round ${round + 1} of ${rounds}`);
    const measure = [
      async () => small.push(await memoryFor(SIZES.small)),
      async () => large.push(await memoryFor(SIZES.large)),
    ];
    for (const once of round % 2 === 0 ? measure : measure.toReversed()) await once();
  }
  const middle = (all: Memory[]): Memory => ({
    idle: median(all.map(({ idle }) => idle)),
    peak: median(all.map(({ peak }) => peak)),
  });
  return { small: middle(small), large: middle(large) };
}

/** As many bytes go out of either file: of the large one from its beginning, of the small one over and over. */
function memoryFor(size: number): Promise<Memory> {
  return withFolders(async (folders) => {
    const frames = Math.floor(size / 4);
    const noiseFrames = Math.min(frames, NOISE_BYTES / 4);
    await writeWav(join(folders.audioDir, 'track.wav'), { ...CD, frames, noiseFrames });
    const server = await startOurs(folders);
    const load = new Child(program('download-load.js'));
    try {
      const { now: idle } = await server.memory();
      await server.resetPeak();
      const downloads = LISTENERS * Math.max(1, Math.floor(READ_BYTES / size));
      const job: DownloadJob = {
        port: server.port,
        paths: new Array<string>(downloads).fill('/stream/track.wav'),
        atOnce: LISTENERS,
        leaveAfterBytes: READ_BYTES,
      };
      await load.ask(job);
      return { idle, peak: (await server.memory()).peak };
    } finally {
      await Promise.all([server.end(), load.end()]);
    }
  });
}

function memoryCells({ idle, peak }: Memory): string[] {
  return [mib(idle), mib(peak), mib(peak - idle)];
}

function mib(bytes: number): string {
  return `${(bytes / MIB).toFixed(0)} MiB`;
}
