import { overallDegradation } from '../dropout/dropout.ts';
import type { Plays } from '../play/plays.ts';
import type { TrackAudio } from '../play/track-audio.ts';
import type { WavLayout } from '../wav/layout.ts';
import type { Segments } from '../wav/segments.ts';

/** One work: a WAV in the audio folder with the plays it has had. */
export interface Track {
  readonly filename: string;
  readonly path: string;
  readonly title: string;
  /** seconds */
  readonly duration: number;
  /** seconds */
  readonly segmentDuration: number;
  /** percent of the frames a play */
  readonly degradationRate: number;
  /** ISO 8601 */
  readonly createdAt: string;
  readonly layout: WavLayout;
  readonly segments: Segments;
  readonly audio: TrackAudio;
  /** Another one when this process takes over the counting. */
  plays: Plays;
}

/** `GET /tracks`: one entry. */
export function trackSummary(track: Track) {
  const degradation = overallDegradation(track.plays.counts, track.degradationRate);
  return {
    filename: track.filename,
    title: track.title,
    duration: track.duration,
    degradation,
    overall_degradation: degradation,
    total_segments: track.segments.count,
    total_streams: track.plays.streams,
  };
}

/** `GET /stats/:filename`. */
export function trackStats(track: Track) {
  return {
    filename: track.filename,
    title: track.title,
    duration: track.duration,
    segment_duration: track.segmentDuration,
    total_segments: track.segments.count,
    segment_play_counts: Array.from(track.plays.counts),
    overall_degradation: overallDegradation(track.plays.counts, track.degradationRate),
    total_streams: track.plays.streams,
    created_at: track.createdAt,
  };
}
