/** A file that can't be a track: not a WAV, damaged beyond use, or in a codec without a known silence. */
export class UnusableWavError extends Error {
  override readonly name = 'UnusableWavError';
}
