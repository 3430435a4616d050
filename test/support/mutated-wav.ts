import fc from 'fast-check';
import { chunk, extensibleFmt, fmtBody, infoList, rf64, riff } from './riff.ts';
import { type WavSpec, wavFile } from './wav-files.ts';

const FORMATS: WavSpec['bitDepth'][] = ['8', '16', '24', '32', '32f', '64', '8a', '8m'];
const data = Buffer.from(Array.from({ length: 9_001 }, (_, i) => 1 + (i % 255)));
const tags = infoList({ INAM: Buffer.from('A title'), IART: Buffer.from('Somebody') });
const plainFmt = fmtBody({ sampleRate: 8_000, channels: 3, bits: 24 });
const plain = chunk('fmt ', plainFmt);
const pcm = chunk('data', data);

/** Real headers of every kind that is served, and a little audio in each. */
const ORIGINALS: readonly Buffer[] = [
  ...FORMATS.flatMap((bitDepth = '16') =>
    [1, 2].map((channels) => wavFile({ bitDepth, channels, sampleRate: 8_000, frames: 5_000 })),
  ),
  wavFile({ sampleRate: 8_000, frames: 5_000, title: 'A title' }),
  riff([plain, pcm]),
  riff([plain, tags, pcm]),
  riff([plain, pcm, tags]),
  riff([tags, chunk('JUNK', Buffer.alloc(27)), plain, chunk('fact', Buffer.alloc(4)), pcm, tags]),
  riff([chunk('fmt ', extensibleFmt(plainFmt)), pcm]),
  rf64(plainFmt, data),
  rf64(extensibleFmt(plainFmt), data, { form: 'BW64', before: [tags], after: [tags] }),
];

const SIZES = [0, 1, 2, 3, 7, 8, 44, 0x7f, 0xff, 0x7fff, 0xffff, 0x10000, 2 ** 31 - 1, 2 ** 31];
const size = fc.oneof(fc.constantFrom(...SIZES, 2 ** 32 - 2, 2 ** 32 - 1), fc.nat(2 ** 32 - 1));
const place = fc.oneof(
  { weight: 9, arbitrary: fc.nat(120) },
  { weight: 1, arbitrary: fc.nat(1e5) },
);

type Mutation = (file: Buffer) => Buffer;

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  // A byte, a field of two or of four: sizes, counts, rates.
  fc.tuple(place, fc.nat(255)).map(
    ([at, byte]): Mutation =>
      (file) => {
        if (at < file.length) file[at] = byte;
        return file;
      },
  ),
  fc.tuple(place, fc.nat(0xffff)).map(
    ([at, value]): Mutation =>
      (file) => {
        if (at + 2 <= file.length) file.writeUInt16LE(value, at);
        return file;
      },
  ),
  fc.tuple(place, size).map(
    ([at, value]): Mutation =>
      (file) => {
        if (at + 4 <= file.length) file.writeUInt32LE(value, at);
        return file;
      },
  ),
  // Bytes missing or too many.
  place.map(
    (at): Mutation =>
      (file) =>
        file.subarray(0, at),
  ),
  fc.tuple(place, fc.nat(9)).map(
    ([at, length]): Mutation =>
      (file) =>
        Buffer.concat([file.subarray(0, at), file.subarray(at + length)]),
  ),
  fc.tuple(place, fc.uint8Array({ maxLength: 12 })).map(
    ([at, bytes]): Mutation =>
      (file) =>
        Buffer.concat([file.subarray(0, at), bytes, file.subarray(at)]),
  ),
  // A chunk twice.
  fc.tuple(place, fc.nat(60)).map(
    ([at, length]): Mutation =>
      (file) =>
        Buffer.concat([file.subarray(0, at + length), file.subarray(at)]),
  ),
);

/** A WAV whose header was real before somebody damaged it. */
export const mutatedWav: fc.Arbitrary<Buffer> = fc
  .tuple(fc.constantFrom(...ORIGINALS), fc.array(mutation, { maxLength: 4 }))
  .map(([original, mutations]) =>
    mutations.reduce<Buffer>((file, mutate) => mutate(file), Buffer.from(original)),
  )
  .filter((file) => file.length < 200_000);

/**
 * Where the body of the first data chunk lies, by what the headers say; found without any of the
 * code under test. Undefined where there is none.
 */
export function dataOf(file: Buffer): { start: number; end: number } | undefined {
  let long: number | undefined;
  for (let at = 12; at + 8 <= file.length; ) {
    const id = file.toString('latin1', at, at + 4);
    const declared = file.readUInt32LE(at + 4);
    const start = at + 8;
    if (id === 'ds64' && file.length >= start + 16) long = Number(file.readBigUInt64LE(start + 8));
    if (id === 'data') {
      const length = declared === 0xffffffff && long !== undefined ? long : declared;
      // Zero is what a writer leaves who never came back.
      const isUnset = length === 0 || length === 0xffffffff;
      return { start, end: isUnset ? file.length : Math.min(start + length, file.length) };
    }
    at = start + declared + (declared % 2);
  }
  return undefined;
}
