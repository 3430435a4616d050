import type { ByteSource } from './byte-source.ts';
import { type Chunk, SIZE_UNKNOWN, walkChunks } from './chunks.ts';
import { UnusableWavError } from './errors.ts';
import { type FrameFormat, parseFrameFormat } from './frame-format.ts';
import { infoTitle } from './info-tags.ts';

/** Where a WAV file keeps its audio, and what it says of it. */
export interface WavLayout {
  readonly format: FrameFormat;
  /** The body of the `fmt ` chunk as it stands in the file. */
  readonly fmtBody: Buffer;
  readonly fileSize: number;
  /** Offset of the first frame in the file. */
  readonly dataOffset: number;
  /** Whole frames in the data chunk. */
  readonly frames: number;
  /** Whether its sizes say that there is more, of the audio or behind it, than the file holds. */
  readonly isCutOff: boolean;
  /** The INFO tag INAM. */
  readonly title: string | undefined;
}

// A fmt chunk has 16, 18 or 40 bytes; the format tags that need more are none that decay.
const MAX_FMT_BYTES = 1024;
// Tags past this are pictures or a hoax.
const MAX_LIST_BYTES = 256 * 1024;

/**
 * Finds the audio of a WAV file without reading it.
 * @throws UnusableWavError with the reason where there is none that can decay.
 */
export async function readWavLayout(source: ByteSource): Promise<WavLayout> {
  let fmtBody: Buffer | undefined;
  let data: Chunk | undefined;
  let title: string | undefined;
  for await (const chunk of walkChunks(source)) {
    if (chunk.id === 'fmt ' && fmtBody === undefined) {
      // A copy: the source may hand out a view of a larger buffer.
      fmtBody = Buffer.from(await source.read(chunk.offset, Math.min(chunk.size, MAX_FMT_BYTES)));
    } else if (chunk.id === 'data') {
      data ??= chunk;
    } else if (chunk.id === 'LIST' && chunk.size <= MAX_LIST_BYTES) {
      title ??= infoTitle(await source.read(chunk.offset, chunk.size));
    }
  }
  if (fmtBody === undefined) throw new UnusableWavError('it has no fmt chunk');
  const format = parseFrameFormat(fmtBody);
  if (data === undefined) throw new UnusableWavError('it has no data chunk');
  const frames = Math.floor(data.size / format.blockAlign);
  if (frames === 0) throw new UnusableWavError('it holds no audio');
  return {
    format,
    fmtBody,
    fileSize: source.size,
    dataOffset: data.offset,
    frames,
    isCutOff: data.isCutOff || (await isFormCutOff(source)),
    title,
  };
}

/** Whether the size of the whole form, if the writer knew it, is more than there is. */
async function isFormCutOff(source: ByteSource): Promise<boolean> {
  const declared = (await source.read(4, 4)).readUInt32LE(0);
  return declared !== SIZE_UNKNOWN && declared + 8 > source.size;
}
