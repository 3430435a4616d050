/** Where the audio of a file lies, worked out by the test. */
export interface AudioPlace {
  readonly offset: number;
  readonly frames: number;
  readonly blockAlign: number;
  /** Frames of a full segment. */
  readonly framesEach: number;
  /** What every byte of a silent frame is. */
  readonly silence: number;
}

/** The difference between a file and what it was before anybody heard it. */
export interface Wear {
  /** Silent frames of each segment. */
  readonly silent: number[];
  /** Frames that are neither silent nor what they were. */
  readonly foreignFrames: number;
  /** Bytes outside the frames that changed, were added or went missing. */
  readonly changedOutside: number;
}

export function wearOf(original: Buffer, worn: Buffer, place: AudioPlace): Wear {
  const { offset, frames, blockAlign, framesEach, silence } = place;
  const silentFrame = Buffer.alloc(blockAlign, silence);
  const silent = new Array<number>(Math.ceil(frames / framesEach)).fill(0);
  let foreignFrames = 0;
  for (let frame = 0; frame < frames; frame++) {
    const start = offset + frame * blockAlign;
    const end = start + blockAlign;
    const segment = Math.floor(frame / framesEach);
    if (worn.compare(silentFrame, 0, blockAlign, start, end) === 0) {
      silent[segment] = (silent[segment] ?? 0) + 1;
    } else if (worn.compare(original, start, end, start, end) !== 0) {
      foreignFrames++;
    }
  }
  const dataEnd = offset + frames * blockAlign;
  const changedOutside =
    changedBytes(original.subarray(0, offset), worn.subarray(0, offset)) +
    changedBytes(original.subarray(dataEnd), worn.subarray(dataEnd));
  return { silent, foreignFrames, changedOutside };
}

/** Frames of each segment that `rate` of 1 leaves silent. */
export function framesOfSegments({ frames, framesEach }: AudioPlace): number[] {
  return Array.from({ length: Math.ceil(frames / framesEach) }, (_, i) =>
    Math.min(framesEach, frames - i * framesEach),
  );
}

function changedBytes(before: Uint8Array, after: Uint8Array): number {
  const common = Math.min(before.length, after.length);
  let changed = Math.abs(before.length - after.length);
  for (let i = 0; i < common; i++) if (before[i] !== after[i]) changed++;
  return changed;
}
