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
import { countsOf, isRecordOf, newRecord, renewed, withCounts } from './track-records.ts';

/** How tracks count and decay. */
export interface TrackSettings {
  /** seconds, for tracks that have no record yet */
  readonly segmentDuration: number;
  /** percent of the frames a play, for tracks that have no record yet */
  readonly degradationRate: number;
  readonly lockTimeoutMs: number;
}

export interface OpenTrackContext {
  /** Whether this process counts and degrades; otherwise nothing is written at all. */
  readonly mayWrite: boolean;
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
  const { settings, log, mayWrite } = context;
  const fresh = newRecord(wav, settings.segmentDuration, settings.degradationRate);
  const audioOf = (record: TrackRecord) => trackAudio(wav, record, settings.lockTimeoutMs);
  const record = mayWrite
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
    plays: mayWrite
      ? await ownPlays(wav, found.path, record, audio, context)
      : foreignPlays(wav, found.path, record),
  };
}

/** The record without touching anything, for a process that may not write. */
function asFound(wav: ScannedWav, found: FoundRecord, fresh: TrackRecord): TrackRecord {
  const record = usableRecord(found);
  return record !== undefined && isRecordOf(record, wav) ? renewed(record, wav) : fresh;
}

/** Plays that this process counts, with what a crash cut off made up for. */
async function ownPlays(
  wav: ScannedWav,
  path: string,
  record: TrackRecord,
  audio: TrackAudio,
  { onFailure }: OpenTrackContext,
): Promise<Plays> {
  await redoUnsettled(record, audio);
  return new PlayJournal({
    start: { ...countsOf(record), unsettled: new Set(record.unsettled) },
    audio,
    record: (counts) => writeRecord(path, withCounts(record, counts, audio)),
    onFailure: (failure) => onFailure(wav.filename, failure),
  });
}

/** Plays that another process counts. */
function foreignPlays(wav: ScannedWav, path: string, record: TrackRecord): Plays {
  const { plays, streams } = countsOf(record);
  return new ForeignPlays(plays, streams, async () => {
    const now = await readRecord(path).catch(() => undefined);
    return now !== undefined && isRecordOf(now, wav) ? countsOf(now) : undefined;
  });
}

function trackAudio(wav: ScannedWav, record: TrackRecord, lockTimeoutMs: number): TrackAudio {
  return new TrackAudio({
    path: wav.path,
    stamp: wav.stamp,
    layout: wav.layout,
    segments: cutSegments(wav.layout, record.segment_duration),
    key: dropoutKey(record.track_id),
    degradationRate: record.degradation_rate,
    wornBefore: new Map(record.worn_before),
    locks: new KeyedMutex<number>(lockTimeoutMs),
  });
}

function dropoutKey(trackId: string): DropoutKey {
  const digest = createHash('sha256').update(trackId).digest();
  return Uint32Array.from({ length: 4 }, (_, i) => digest.readUInt32LE(i * 4));
}

/** What a crash may have cut off between the record and the audio is dropped once more. */
async function redoUnsettled(record: TrackRecord, audio: TrackAudio): Promise<void> {
  if (record.unsettled.length === 0) return;
  await audio.change(async (file) => {
    for (const segment of record.unsettled) {
      await audio.decay(file, segment, 0, record.segment_play_counts[segment] ?? 0);
    }
  });
}
