import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import type { DropoutKey } from '../dropout/permutation.ts';
import { KeyedMutex } from '../keyed-mutex.ts';
import {
  MalformedRecordError,
  readRecord,
  setAside,
  writeFirstRecord,
  writeRecord,
} from '../metadata/metadata-file.ts';
import type { FoundRecord } from '../metadata/metadata-folder.ts';
import type { TrackRecord } from '../metadata/track-record.ts';
import { ForeignPlays } from '../play/foreign-plays.ts';
import { type PlayCounts, PlayJournal } from '../play/play-journal.ts';
import type { Plays } from '../play/plays.ts';
import { TrackAudio } from '../play/track-audio.ts';
import { cutSegments } from '../wav/segments.ts';
import type { ScannedWav } from './audio-folder.ts';
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
  const record = await (context.mayWrite ? reconcile : look)(wav, found, context);
  const audio = trackAudio(wav, record, context.settings);
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
    plays: context.mayWrite
      ? await ownPlays(wav, found.path, record, audio, context)
      : foreignPlays(wav, found.path, record),
  };
}

/** Plays that this process counts, with what a crash cut off made up for. */
async function ownPlays(
  wav: ScannedWav,
  path: string,
  record: TrackRecord,
  audio: TrackAudio,
  { onFailure }: OpenTrackContext,
): Promise<Plays> {
  const start = { ...countsOf(record), unsettled: new Set(record.unsettled) };
  await redoUnsettled(audio, start);
  return new PlayJournal({
    start,
    audio,
    record: (counts) => writeRecord(path, withCounts(record, counts)),
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

/** The record found, or one that was never written, without touching anything. */
async function look(
  wav: ScannedWav,
  { record }: FoundRecord,
  { settings }: OpenTrackContext,
): Promise<TrackRecord> {
  const isUsable = record !== undefined && !(record instanceof MalformedRecordError);
  if (isUsable && isRecordOf(record, wav)) return renewed(record, wav);
  return newRecord(wav, settings.segmentDuration, settings.degradationRate);
}

/** The record to go on with: the one found, or a new one where it can't be of this WAV. */
async function reconcile(
  wav: ScannedWav,
  { path, record }: FoundRecord,
  { settings, log }: OpenTrackContext,
): Promise<TrackRecord> {
  const fresh = newRecord(wav, settings.segmentDuration, settings.degradationRate);
  if (record instanceof MalformedRecordError) {
    const keptAs = await setAside(path, 'damaged', new Date());
    const rebuilt = await withPlaysOfAudio(fresh, trackAudio(wav, fresh, settings));
    await writeRecord(path, rebuilt);
    log.warn(
      { track: wav.filename, reason: record.message, keptAs },
      'the metadata was damaged: it is kept aside, and the plays are counted from the audio',
    );
    return rebuilt;
  }
  if (record !== undefined && isRecordOf(record, wav)) return renewed(record, wav);
  if (record !== undefined) {
    const keptAs = await setAside(path, 'replaced', new Date());
    log.warn(
      { track: wav.filename, keptAs },
      'the WAV is not the one that its metadata was written for: a new work, counted from 0',
    );
  }
  await writeFirstRecord(path, fresh);
  return fresh;
}

function trackAudio(wav: ScannedWav, record: TrackRecord, settings: TrackSettings): TrackAudio {
  return new TrackAudio({
    path: wav.path,
    inode: wav.inode,
    layout: wav.layout,
    segments: cutSegments(wav.layout, record.segment_duration),
    key: dropoutKey(record.track_id),
    degradationRate: record.degradation_rate,
    locks: new KeyedMutex<number>(settings.lockTimeoutMs),
  });
}

function dropoutKey(trackId: string): DropoutKey {
  const digest = createHash('sha256').update(trackId).digest();
  return Uint32Array.from({ length: 4 }, (_, i) => digest.readUInt32LE(i * 4));
}

async function withPlaysOfAudio(record: TrackRecord, audio: TrackAudio): Promise<TrackRecord> {
  const plays: number[] = [];
  const file = await audio.open('read');
  try {
    for (let segment = 0; segment < record.total_segments; segment++) {
      plays.push(await audio.countPlays(file, segment));
    }
  } finally {
    await file.close();
  }
  return { ...record, segment_play_counts: plays };
}

/** What a crash may have cut off between the record and the audio is dropped once more. */
async function redoUnsettled(audio: TrackAudio, { plays, unsettled }: PlayCounts): Promise<void> {
  if (unsettled.size === 0) return;
  const file = await audio.open('write');
  try {
    for (const segment of unsettled) await audio.decay(file, segment, 0, plays[segment] ?? 0);
  } finally {
    await file.close();
  }
}
