import { readFile } from 'node:fs/promises';
import { droppedFrames } from '../../src/dropout/dropout.ts';
import { readRecord } from '../../src/metadata/metadata-file.ts';

/**
 * Throws unless the record of a 16-bit stereo track says that each segment had so many plays, and
 * each has lost exactly the frames that they drop. The track was noise without a silent frame.
 */
export async function assertAgreement(wav: string, json: string, plays: number): Promise<void> {
  const record = await readRecord(json);
  if (record === undefined) throw new Error(`there is no ${json}`);
  const { segment_play_counts: counts, audio, degradation_rate: rate, segment_duration } = record;
  const framesEach = Math.round(audio.sample_rate * segment_duration);
  const bytes = await readFile(wav);
  const data = bytes.subarray(audio.data_offset, audio.data_offset + audio.frames * 4);
  // A copy, so that it lies where whole frames can be looked at.
  const frames = new Int32Array(new Uint8Array(data).buffer);
  for (const [segment, count] of counts.entries()) {
    const its = frames.subarray(segment * framesEach, (segment + 1) * framesEach);
    const silent = its.reduce((total, frame) => total + (frame === 0 ? 1 : 0), 0);
    const dropped = droppedFrames(its.length, count, rate);
    if (count !== plays || silent !== dropped) {
      throw new Error(
        `${wav}, segment ${segment}: ${plays} plays, ${count} recorded, which drop ${dropped} frames; ${silent} are silent`,
      );
    }
  }
}
