import type { Logger } from 'pino';
import {
  MalformedRecordError,
  setAside,
  writeFirstRecord,
  writeRecord,
} from '../metadata/metadata-file.ts';
import type { FoundRecord } from '../metadata/metadata-folder.ts';
import type { TrackRecord } from '../metadata/track-record.ts';
import type { TrackAudio } from '../play/track-audio.ts';
import type { ScannedWav } from './audio-folder.ts';
import { hasSegmentsOf, isRecordOf, renewed } from './track-records.ts';

export interface ReconcileContext {
  /** The record of this WAV if it was never played. */
  readonly fresh: TrackRecord;
  /** The WAV as a record describes it. */
  readonly audioOf: (record: TrackRecord) => TrackAudio;
  readonly log: Logger;
}

// A WAV that is not the one whose plays were counted differs everywhere: a few places show it.
const CHECKED_SEGMENTS = 32;

/**
 * The record to go on with, on disk: the one found, or a new one if it can't be of this WAV. What
 * can't be used is kept aside.
 */
export async function reconcile(
  wav: ScannedWav,
  { path, record }: FoundRecord,
  { fresh, audioOf, log }: ReconcileContext,
): Promise<TrackRecord> {
  const damage = damageOf(record, wav);
  if (damage !== undefined) {
    const rebuilt = { ...fresh, segment_play_counts: await audioOf(fresh).countPlays() };
    const keptAs = await setAside(path, 'damaged', new Date());
    await begin(writeRecord(path, rebuilt), wav, log);
    log.warn(
      { track: wav.filename, reason: damage, keptAs },
      `the metadata of ${wav.filename} was damaged: it is kept aside, and the plays are counted from the audio`,
    );
    return rebuilt;
  }
  if (record !== undefined && !(record instanceof MalformedRecordError)) {
    if (isRecordOf(record, wav) && (await isInAudio(record, wav, audioOf(record)))) {
      return renewed(record, wav);
    }
    const keptAs = await setAside(path, 'replaced', new Date());
    log.warn(
      { track: wav.filename, keptAs },
      `${wav.filename} is not the file that its metadata was written for: a new work, counted from 0`,
    );
  }
  await begin(writeFirstRecord(path, fresh), wav, log);
  return fresh;
}

/** What makes a record useless for the WAV that it was written for; undefined if nothing does. */
function damageOf(record: FoundRecord['record'], wav: ScannedWav): string | undefined {
  if (record instanceof MalformedRecordError) return record.message;
  if (record === undefined || !isRecordOf(record, wav) || hasSegmentsOf(record, wav)) {
    return undefined;
  }
  return 'its counts are for other segments than the WAV has';
}

/** A record that can't be written yet keeps nobody from listening: the first play writes it. */
async function begin(written: Promise<void>, { filename }: ScannedWav, log: Logger): Promise<void> {
  try {
    await written;
  } catch (err) {
    log.error({ err, track: filename }, `the metadata of ${filename} can't be written yet`);
  }
}

/** Whether the WAV shows the plays of the record, but for those that a crash may have cut off. */
async function isInAudio(
  record: TrackRecord,
  wav: ScannedWav,
  audio: TrackAudio,
): Promise<boolean> {
  if (record.audio_modified_ns === String(wav.stamp.modified)) return true;
  const unsettled = new Set(record.unsettled);
  const plays = record.segment_play_counts;
  const worn = plays.flatMap((count, segment) =>
    count > 0 && !unsettled.has(segment) ? [{ segment, plays: count }] : [],
  );
  const step = Math.max(1, Math.floor(worn.length / CHECKED_SEGMENTS));
  return audio.hasPlays(worn.filter((_, i) => i % step === 0));
}
