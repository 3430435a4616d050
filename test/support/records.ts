import type { TrackRecord } from '../../src/metadata/track-record.ts';

/** A record of a track with so many plays of each segment. */
export function recordOf(filename: string, counts: readonly number[] = [0, 0]): TrackRecord {
  return {
    track_id: `id of ${filename}`,
    filename,
    title: filename,
    duration: counts.length / 2,
    segment_duration: 0.5,
    degradation_rate: 1,
    total_segments: counts.length,
    segment_play_counts: [...counts],
    total_streams: 1,
    created_at: '2024-01-02T03:04:05.678Z',
    audio: {
      encoding: 'pcm',
      channels: 2,
      sample_rate: 44_100,
      bits_per_sample: 16,
      block_align: 4,
      data_offset: 44,
      frames: counts.length * 22_050,
      file_size: 44 + counts.length * 88_200,
    },
    audio_modified_ns: null,
    worn_before: [],
    unsettled: [],
  };
}
