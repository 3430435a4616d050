import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { scanFile } from '../../src/library/audio-folder.ts';
import { newRecord, withCounts } from '../../src/library/track-records.ts';
import { KeyedMutex } from '../../src/keyed-mutex.ts';
import { writeRecord } from '../../src/metadata/metadata-file.ts';
import { PlayJournal } from '../../src/play/play-journal.ts';
import { TrackAudio } from '../../src/play/track-audio.ts';
import { cutSegments } from '../../src/wav/segments.ts';
import type { Folders } from './places.ts';

/** The journal of a track as the server makes it, that counts the writes of its record. */
export async function countingJournal({ audioDir, metadataDir }: Folders, filename: string) {
  const wav = await scanFile(audioDir, filename);
  if (wav === undefined || 'reason' in wav) throw new Error(`${filename}: ${wav?.reason}`);
  const record = newRecord(wav, 0.5, 1);
  const segments = cutSegments(wav.layout, record.segment_duration);
  const audio = new TrackAudio({
    path: wav.path,
    stamp: wav.stamp,
    layout: wav.layout,
    segments,
    key: Uint32Array.from({ length: 4 }, () => randomInt(2 ** 32)),
    degradationRate: record.degradation_rate,
    wornBefore: new Map(),
    locks: new KeyedMutex<number>(5_000),
    assertMayWrite: () => {},
  });
  let writes = 0;
  const journal = new PlayJournal({
    start: { plays: new Uint32Array(segments.count), streams: 0, unsettled: new Set() },
    audio,
    record: (counts) => {
      writes++;
      return writeRecord(join(metadataDir, `${filename}.json`), withCounts(record, counts, audio));
    },
    onFailure: (failure) => {
      if (failure !== undefined) throw failure;
    },
  });
  return { journal, segments: segments.count, writes: () => writes };
}
