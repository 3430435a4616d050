import { z } from 'zod';

const count = z.int().min(0).max(0xffffffff);

/** The WAV that the counts belong to: another one under the same name is a new work. */
const audioIdentity = z.object({
  encoding: z.string(),
  channels: z.int(),
  sample_rate: z.int(),
  bits_per_sample: z.int(),
  block_align: z.int(),
  data_offset: z.int(),
  frames: z.int(),
  file_size: z.int(),
});

/**
 * What is remembered of a track: the content of its metadata file.
 * It is written ahead of the audio, so that a play that is in the audio is always in here too.
 */
export const trackRecordSchema = z
  .object({
    /** Seeds the choice of dropped frames, so it stays for as long as the audio is worn. */
    track_id: z.string().min(1),
    filename: z.string().min(1),
    title: z.string(),
    /** seconds */
    duration: z.number().positive(),
    /** seconds; fixed when the counting began */
    segment_duration: z.number().positive(),
    /** percent of the frames a play; fixed when the counting began */
    degradation_rate: z.number().positive().max(100),
    total_segments: z.int().positive(),
    segment_play_counts: z.array(count),
    total_streams: count,
    created_at: z.iso.datetime(),
    audio: audioIdentity,
    /**
     * When the WAV was last changed, in nanoseconds since 1970, if all of the above is in it for
     * certain: a file that still says so need not be read at the next start. Else null.
     */
    audio_modified_ns: z.string().regex(/^\d+$/).nullable(),
    /**
     * Plays that a segment's audio had had before the counting began, as pairs of segment and
     * plays: where its record was deleted, decay goes on from what is left.
     */
    worn_before: z.array(z.tuple([z.int().min(0), count])),
    /** Segments whose last plays may be missing from the audio after a crash: drop them again. */
    unsettled: z.array(z.int().min(0)),
  })
  .refine((record) => record.segment_play_counts.length === record.total_segments, {
    message: 'segment_play_counts must have total_segments entries',
  })
  .refine((record) => record.unsettled.every((index) => index < record.total_segments), {
    message: 'unsettled must name segments of the track',
  });

export type TrackRecord = z.infer<typeof trackRecordSchema>;
