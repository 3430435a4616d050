import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import type { DropoutKey } from '../dropout/permutation.ts';
import { KeyedMutex } from '../keyed-mutex.ts';
import { readRecord, writeRecord } from '../metadata/metadata-file.ts';
import { type FoundRecord, usableRecord } from '../metadata/metadata-folder.ts';
import type { TrackRecord } from '../metadata/track-record.ts';
import { ForeignPlays } from '../play/foreign-plays.ts';
import { PlayJournal } from '../play/play-journal.ts';
import type { Plays } from '../play/plays.ts';
import { TrackAudio } from '../play/track-audio.ts';
import { cutSegments } from '../wav/segments.ts';
import type { ScannedWav } from './audio-folder.ts';
import { reconcile } from './reconcile.ts';
import type { Track } from './track.ts';
import {
  countsOf,
  hasSegmentsOf,
  isRecordOf,
  newRecord,
  renewed,
  withCounts,
} from './track-records.ts';

/** How tracks count and decay. */
export interface TrackSettings {
  /** seconds, for tracks that have no record yet */
  readonly segmentDuration: number;
  /** percent of the frames a play, for tracks that have no record yet */
  readonly degradationRate: number;
  readonly lockTimeoutMs: number;
}

export interface OpenTrackContext {
  /**
   * Throws unless this process may write at this moment; called right before each write. Without
   * it, it may never: it doesn't count, and nothing is written.
   */
  readonly assertMayWrite?: () => void;
  readonly settings: TrackSettings;
  readonly log: Logger;
  /** Told when a track's plays can't be written (why), or can be again (undefined). */
  readonly onFailure: (filename: string, failure: Error | undefined) => void;
}

/**
 * Brings a WAV and its record together: what the record says is in the audio afterwards.
 * @throws UnusableWavError if it can't be cut into segments
 */
export async function openTrack(
  wav: ScannedWav,
  found: FoundRecord,
  context: OpenTrackContext,
): Promise<Track> {
  const { settings, log, assertMayWrite } = context;
  const fresh = newRecord(wav, settings.segmentDuration, settings.degradationRate);
  const audioOf = (record: TrackRecord) => trackAudio(wav, record, context);
  const record = assertMayWrite
    ? await reconcile(wav, found, { fresh, audioOf, log })
    : asFound(wav, found, fresh);
  const audio = audioOf(record);
  return {
    filename: wav.filename,
    path: wav.path,
    title: record.title,
    duration: record.duration,
    segmentDuration: record.segment_duration,
    degradationRate: record.degradation_rate,
    createdAt: record.created_at,
    layout: wav.layout,
    segments: audio.segments,
    audio,
    plays: assertMayWrite
      ? await ownPlays(wav, found.path, record, audio, assertMayWrite, context)
      : foreignPlays(wav, found.path, record),
  };
}

/** The record without touching anything, for a process that may not write. */
function asFound(wav: ScannedWav, found: FoundRecord, fresh: TrackRecord): TrackRecord {
  const record = usableRecord(found);
  return record !== undefined && isUsableFor(record, wav) ? renewed(record, wav) : fresh;
}

/** Plays that this process counts, with what a crash cut off made up for. */
async function ownPlays(
  wav: ScannedWav,
  path: string,
  record: TrackRecord,
  audio: TrackAudio,
  assertMayWrite: () => void,
  { onFailure }: OpenTrackContext,
): Promise<Plays> {
  const journal = new PlayJournal({
    start: { ...countsOf(record), unsettled: new Set(record.unsettled) },
    audio,
    record: async (counts) => {
      assertMayWrite();
      await writeRecord(path, withCounts(record, counts, audio));
    },
    onFailure: (failure) => onFailure(wav.filename, failure),
  });
  await journal.flush();
  return journal;
}

/** Plays that another process counts. */
function foreignPlays(wav: ScannedWav, path: string, record: TrackRecord): Plays {
  const { plays, streams } = countsOf(record);
  return new ForeignPlays(plays, streams, async () => {
    const now = await readRecord(path).catch(() => undefined);
    return now !== undefined && isUsableFor(now, wav) ? countsOf(now) : undefined;
  });
}

function isUsableFor(record: TrackRecord, wav: ScannedWav): boolean {
  return isRecordOf(record, wav) && hasSegmentsOf(record, wav);
}

function trackAudio(
  wav: ScannedWav,
  record: TrackRecord,
  { settings, assertMayWrite = neverWrite }: OpenTrackContext,
): TrackAudio {
  return new TrackAudio({
    path: wav.path,
    stamp: wav.stamp,
    layout: wav.layout,
    segments: cutSegments(wav.layout, record.segment_duration),
    key: dropoutKey(record.track_id),
    degradationRate: record.degradation_rate,
    wornBefore: new Map(record.worn_before),
    locks: new KeyedMutex<number>(settings.lockTimeoutMs),
    assertMayWrite,
  });
}

function neverWrite(): never {
  throw new Error('this process may not write');
}

function dropoutKey(trackId: string): DropoutKey {
  const digest = createHash('sha256').update(trackId).digest();
  return Uint32Array.from({ length: 4 }, (_, i) => digest.readUInt32LE(i * 4));
}
