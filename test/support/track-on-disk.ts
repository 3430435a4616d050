import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KeyedMutex } from '../../src/keyed-mutex.ts';
import { scanFile } from '../../src/library/audio-folder.ts';
import { PlayJournal } from '../../src/play/play-journal.ts';
import { TrackAudio } from '../../src/play/track-audio.ts';
import { cutSegments } from '../../src/wav/segments.ts';
import type { NoiseTrack } from './noise-track.ts';
import { tempFolder } from './temp-folder.ts';

/** The audio of a track in a folder of its own, without a server, and its journal. */
export async function trackOnDisk({ wav: bytes }: NoiseTrack, lockTimeoutMs = 60_000) {
  const folder = await tempFolder();
  await writeFile(join(folder, 'work.wav'), bytes);
  const wav = await scanFile(folder, 'work.wav');
  if (wav === undefined || 'reason' in wav) throw new Error('not scanned');
  const locks = new KeyedMutex<number>(lockTimeoutMs);
  const segments = cutSegments(wav.layout, 0.5);
  const audio = new TrackAudio({
    ...wav,
    segments,
    key: Uint32Array.of(1, 2, 3, 4),
    degradationRate: 1,
    wornBefore: new Map(),
    locks,
    assertMayWrite: () => {},
  });
  const failures: unknown[] = [];
  const records: number[][] = [];
  const plays = new PlayJournal({
    start: { plays: new Uint32Array(segments.count), streams: 0, unsettled: new Set() },
    audio,
    record: async (counts) => void records.push([...counts.plays]),
    onFailure: (failure) => failures.push(failure),
  });
  return { wav, audio, segments, locks, plays, records, failures };
}
