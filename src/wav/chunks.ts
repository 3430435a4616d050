import type { ByteSource } from './byte-source.ts';
import { UnusableWavError } from './errors.ts';

/** One chunk of a RIFF form: an id of four characters, a size, a body. */
export interface Chunk {
  readonly id: string;
  /** Offset of the body in the file. */
  readonly offset: number;
  /** Bytes of the body, without its pad byte; never past the end of the file. */
  readonly size: number;
  /** Whether its header says that it is longer than the file. */
  readonly isCutOff: boolean;
}

type ChunkHeader = Omit<Chunk, 'isCutOff'>;

const FORM_HEADER_BYTES = 12;
const CHUNK_HEADER_BYTES = 8;
/** A size that says "look into ds64" (EBU Tech 3306) or, from a writer to a pipe, "unknown". */
export const SIZE_UNKNOWN = 0xffffffff;
// Real files have a dozen; what has thousands was made to be slow to read.
const MAX_CHUNKS = 1000;

/**
 * The chunks of a WAVE form, in file order. A `data` chunk whose size is wrong (0, 0xFFFFFFFF or
 * past the end of the file) reaches to the end of the file; any other chunk that is cut off ends
 * the walk.
 * Sources: Multimedia Programming Interface and Data Specifications 1.0 (RIFF), EBU Tech 3306 v2
 * (RF64 and BW64).
 * @throws UnusableWavError if the file is no RIFF, RF64 or BW64 form of type WAVE.
 */
export async function* walkChunks(source: ByteSource): AsyncGenerator<Chunk> {
  const form = await source.read(0, FORM_HEADER_BYTES);
  const formId = form.toString('latin1', 0, 4);
  if (!['RIFF', 'RF64', 'BW64'].includes(formId) || form.toString('latin1', 8) !== 'WAVE') {
    throw new UnusableWavError('it is not a WAV file');
  }
  let dataSize64: number | undefined;
  let offset = FORM_HEADER_BYTES;
  for (let n = 0; n < MAX_CHUNKS; n++) {
    const declared = await readChunkHeader(source, offset);
    if (declared === undefined) return;
    const available = source.size - declared.offset;
    let size = declared.size;
    if (declared.id === 'ds64' && formId !== 'RIFF') {
      dataSize64 = await readDataSize64(source, declared);
    }
    if (declared.id === 'data') {
      if (size === SIZE_UNKNOWN && dataSize64 !== undefined) size = dataSize64;
      const unset = size === 0 && !(await isChunkChain(source, declared.offset));
      if (unset || size === SIZE_UNKNOWN) size = available;
    }
    const isCutOff = size > available;
    if (isCutOff && declared.id !== 'data') return;
    if (isCutOff) size = available;
    yield { id: declared.id, offset: declared.offset, size, isCutOff };
    offset = declared.offset + size + (size % 2);
  }
}

async function readChunkHeader(source: ByteSource, at: number): Promise<ChunkHeader | undefined> {
  if (at + CHUNK_HEADER_BYTES > source.size) return undefined;
  const header = await source.read(at, CHUNK_HEADER_BYTES);
  if (header.length < CHUNK_HEADER_BYTES) return undefined;
  return {
    id: header.toString('latin1', 0, 4),
    offset: at + CHUNK_HEADER_BYTES,
    size: header.readUInt32LE(4),
  };
}

/** ds64: riffSize, dataSize, sampleCount, 64 bits each, low word first. */
async function readDataSize64(source: ByteSource, ds64: ChunkHeader): Promise<number | undefined> {
  const body = await source.read(ds64.offset, 16);
  return body.length === 16 ? Number(body.readBigUInt64LE(8)) : undefined;
}

/**
 * Whether whole chunks, or nothing at all, fill the file from `offset` on. It tells a `data` chunk
 * that is truly empty from one whose writer never came back to fill in its size: taking the tags
 * behind the former for audio would wear away the tags.
 */
async function isChunkChain(source: ByteSource, offset: number): Promise<boolean> {
  let at = offset;
  for (let n = 0; n < MAX_CHUNKS && at < source.size; n++) {
    const chunk = await readChunkHeader(source, at);
    if (chunk === undefined || !/^[\x20-\x7e]{4}$/.test(chunk.id)) return false;
    at = chunk.offset + chunk.size + (chunk.size % 2);
    if (chunk.offset + chunk.size === source.size) return true;
  }
  return at === source.size;
}
