import { createHash } from 'node:crypto';
import { parse } from 'node:path';
import type { TrackRecord } from '../metadata/track-record.ts';
import type { PlayCounts } from '../play/play-journal.ts';
import type { TrackAudio } from '../play/track-audio.ts';
import { cutSegments } from '../wav/segments.ts';
import type { ScannedWav } from './audio-folder.ts';

/**
 * The record of a WAV that was never played.
 * @param segmentDuration seconds
 * @param degradationRate percent of the frames a play
 * @throws UnusableWavError if it can't be cut into segments
 */
export function newRecord(
  wav: ScannedWav,
  segmentDuration: number,
  degradationRate: number,
): TrackRecord {
  const { layout, filename } = wav;
  const { count } = cutSegments(layout, segmentDuration);
  return {
    // From the name, so that plays can still be counted in the audio when the record is lost.
    track_id: createHash('sha256').update(filename).digest('hex').slice(0, 32),
    filename,
    title: titleOf(wav),
    duration: layout.frames / layout.format.sampleRate,
    segment_duration: segmentDuration,
    degradation_rate: degradationRate,
    total_segments: count,
    segment_play_counts: new Array<number>(count).fill(0),
    total_streams: 0,
    created_at: new Date().toISOString(),
    audio: identityOf(wav),
    audio_modified_ns: String(wav.stamp.modified),
    worn_before: [],
    unsettled: [],
  };
}

/** Whether a record was written for this WAV, rather than for another of the same name. */
export function isRecordOf(record: TrackRecord, wav: ScannedWav): boolean {
  const identity = identityOf(wav);
  const keys = Object.keys(identity) as (keyof typeof identity)[];
  return keys.every((key) => record.audio[key] === identity[key]);
}

/** Whether the counts of a record are for the segments that its WAV has. */
export function hasSegmentsOf(record: TrackRecord, { layout }: ScannedWav): boolean {
  try {
    return cutSegments(layout, record.segment_duration).count === record.total_segments;
  } catch {
    return false;
  }
}

/** The record with what the WAV says of itself today: its name, after a rename, and its title. */
export function renewed(record: TrackRecord, wav: ScannedWav): TrackRecord {
  return { ...record, filename: wav.filename, title: titleOf(wav) };
}

export function countsOf(record: TrackRecord): Omit<PlayCounts, 'unsettled'> {
  return {
    plays: Uint32Array.from(record.segment_play_counts),
    streams: record.total_streams,
  };
}

/** The record with the plays that a track has had by now. */
export function withCounts(
  record: TrackRecord,
  { plays, streams, unsettled }: PlayCounts,
  { file, wornBefore }: TrackAudio,
): TrackRecord {
  return {
    ...record,
    segment_play_counts: Array.from(plays),
    total_streams: streams,
    audio_modified_ns: unsettled.size === 0 ? String(file.stamp.modified) : null,
    worn_before: [...wornBefore],
    unsettled: [...unsettled],
  };
}

function identityOf({ layout }: ScannedWav): TrackRecord['audio'] {
  const { encoding, channels, sampleRate, bitsPerSample, blockAlign } = layout.format;
  return {
    encoding,
    channels,
    sample_rate: sampleRate,
    bits_per_sample: bitsPerSample,
    block_align: blockAlign,
    data_offset: layout.dataOffset,
    frames: layout.frames,
    file_size: layout.fileSize,
  };
}

function titleOf({ layout, filename }: ScannedWav): string {
  return layout.title ?? parse(filename).name;
}
