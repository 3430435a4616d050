import wavefile from 'wavefile';
import { UnusableWavError } from './errors.ts';

/** What a frame looks like: one sample of every channel, side by side. */
export interface FrameFormat {
  readonly encoding: 'pcm' | 'float' | 'a-law' | 'µ-law';
  readonly channels: number;
  /** Frames a second. */
  readonly sampleRate: number;
  readonly bitsPerSample: number;
  /** Bytes a frame. */
  readonly blockAlign: number;
  /** Every byte of a silent frame: of all these encodings, none needs two different ones. */
  readonly silence: number;
}

// Format tags of RFC 2361 and mmreg.h.
const WAVE_FORMAT_PCM = 0x0001;
const WAVE_FORMAT_IEEE_FLOAT = 0x0003;
const WAVE_FORMAT_ALAW = 0x0006;
const WAVE_FORMAT_MULAW = 0x0007;
const WAVE_FORMAT_EXTENSIBLE = 0xfffe;

// A SubFormat GUID is a format tag followed by one of these: KSDATAFORMAT_SUBTYPE_* of
// ksmedia.h, or the ambisonic B-format ones (SUBTYPE_AMBISONIC_B_FORMAT_*).
const SUBFORMAT_TAILS = [
  [0x00100000, 0xaa000080, 0x719b3800],
  [0x11d30721, 0xc1c84486, 0x000000ca],
].map(String);

const FMT_MIN_BYTES = 16;
const FMT_EXTENSIBLE_BYTES = 40;

/**
 * Reads the body of a `fmt ` chunk (WAVEFORMAT, WAVEFORMATEX or WAVEFORMATEXTENSIBLE).
 * @throws UnusableWavError if its codec has no known silence or its fields contradict each other.
 */
export function parseFrameFormat(fmtBody: Uint8Array): FrameFormat {
  if (fmtBody.length < FMT_MIN_BYTES) throw new UnusableWavError('its fmt chunk is cut off');
  const fmt = readFields(fmtBody);
  const tag = fmt.audioFormat === WAVE_FORMAT_EXTENSIBLE ? subFormatTag(fmt) : fmt.audioFormat;
  const { numChannels: channels, sampleRate, bitsPerSample, blockAlign } = fmt;
  if (channels === 0 || sampleRate === 0) {
    throw new UnusableWavError(`its header says ${channels} channels at ${sampleRate} Hz`);
  }
  const sampleBytes = blockAlign / channels;
  const codec = codecOf(tag, sampleBytes, bitsPerSample);
  if (codec === undefined) {
    throw new UnusableWavError(
      `format 0x${tag.toString(16).padStart(4, '0')} with ${bitsPerSample} bits and ${blockAlign} bytes ` +
        `for ${channels} channels is not one that can decay (PCM 8 to 32 bit, float 32 or 64, A-law, µ-law)`,
    );
  }
  return { ...codec, channels, sampleRate, bitsPerSample, blockAlign };
}

interface FmtFields {
  audioFormat: number;
  numChannels: number;
  sampleRate: number;
  blockAlign: number;
  bitsPerSample: number;
  subformat: number[];
}

/** Gives wavefile a file of nothing but this chunk: it must never see a whole track. */
function readFields(fmtBody: Uint8Array): FmtFields {
  const known = fmtBody.subarray(0, FMT_EXTENSIBLE_BYTES);
  const padded = known.length + (known.length % 2);
  const file = Buffer.alloc(28 + padded);
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(file.length - 8, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(known.length, 16);
  file.set(known, 20);
  file.write('data', 20 + padded, 'latin1');
  const reader = new wavefile.WaveFile();
  reader.fromBuffer(file, false);
  return reader.fmt as FmtFields;
}

function subFormatTag(fmt: FmtFields): number {
  const [tag = 0, ...tail] = fmt.subformat;
  if (fmt.subformat.length < 4 || !SUBFORMAT_TAILS.includes(String(tail))) {
    throw new UnusableWavError('its WAVE_FORMAT_EXTENSIBLE names no known sub-format');
  }
  return tag;
}

/** The encoding and its silence, or undefined where tag, container and bits don't fit together. */
function codecOf(
  tag: number,
  sampleBytes: number,
  bits: number,
): Pick<FrameFormat, 'encoding' | 'silence'> | undefined {
  const fits = Number.isInteger(sampleBytes) && bits > 0 && bits <= sampleBytes * 8;
  if (!fits) return undefined;
  switch (tag) {
    case WAVE_FORMAT_PCM:
      // Up to 8 bits are unsigned with their zero in the middle, more are two's complement.
      if (sampleBytes === 1) return { encoding: 'pcm', silence: 0x80 };
      return sampleBytes <= 4 && bits > 8 ? { encoding: 'pcm', silence: 0 } : undefined;
    case WAVE_FORMAT_IEEE_FLOAT:
      return bits === sampleBytes * 8 && (bits === 32 || bits === 64)
        ? { encoding: 'float', silence: 0 }
        : undefined;
    // ITU-T G.711: the code for zero with its transmitted bits inverted.
    case WAVE_FORMAT_ALAW:
      return sampleBytes === 1 ? { encoding: 'a-law', silence: 0xd5 } : undefined;
    case WAVE_FORMAT_MULAW:
      return sampleBytes === 1 ? { encoding: 'µ-law', silence: 0xff } : undefined;
    default:
      return undefined;
  }
}
