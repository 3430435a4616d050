/** The fields of a `fmt ` chunk that differ between the formats of these tests. */
export interface FmtSpec {
  readonly tag?: number;
  readonly channels?: number;
  readonly sampleRate?: number;
  /** Bytes of a frame in all. */
  readonly blockAlign?: number;
  readonly bits?: number;
}

/** Where a chunk's body lies in a file. */
export interface PlacedChunk {
  readonly id: string;
  readonly offset: number;
  readonly size: number;
}

export const UNKNOWN_SIZE = 0xffffffff;

/** A chunk with its pad byte; `size` is what its header says, true or not. */
export function chunk(id: string, body: Uint8Array, size = body.length): Buffer {
  const header = Buffer.alloc(8);
  header.write(id, 'latin1');
  header.writeUInt32LE(size, 4);
  return Buffer.concat([header, body, Buffer.alloc(body.length % 2)]);
}

/** A WAVE form of these chunks, in this order. */
export function riff(chunks: readonly Uint8Array[], form = 'RIFF', size?: number): Buffer {
  const body = Buffer.concat(chunks);
  const header = Buffer.alloc(12);
  header.write(form, 'latin1');
  header.writeUInt32LE(size ?? body.length + 4, 4);
  header.write('WAVE', 8, 'latin1');
  return Buffer.concat([header, body]);
}

/** An RF64 or BW64 form whose 32-bit sizes all point to its `ds64` chunk. */
export function rf64(
  fmt: Uint8Array,
  data: Uint8Array,
  { form = 'RF64', before = [], after = [] }: Rf64Options = {},
): Buffer {
  const rest = [...before, chunk('fmt ', fmt), chunk('data', data, UNKNOWN_SIZE), ...after];
  const ds64Bytes = 8 + 28;
  const riffSize = 4 + ds64Bytes + Buffer.concat(rest).length;
  return riff([ds64(data.length, riffSize), ...rest], form, UNKNOWN_SIZE);
}

interface Rf64Options {
  readonly form?: 'RF64' | 'BW64';
  readonly before?: readonly Uint8Array[];
  readonly after?: readonly Uint8Array[];
}

/** The chunk that holds the sizes which don't fit into 32 bits (EBU Tech 3306). */
export function ds64(dataSize: number, riffSize: number): Buffer {
  const body = Buffer.alloc(28);
  body.writeBigUInt64LE(BigInt(riffSize), 0);
  body.writeBigUInt64LE(BigInt(dataSize), 8);
  return chunk('ds64', body);
}

/** The 16 bytes of a plain WAVEFORMAT. */
export function fmtBody({
  tag = 1,
  channels = 1,
  sampleRate = 44_100,
  bits = 16,
  blockAlign = channels * Math.ceil(bits / 8),
}: FmtSpec = {}): Buffer {
  const body = Buffer.alloc(16);
  body.writeUInt16LE(tag, 0);
  body.writeUInt16LE(channels, 2);
  body.writeUInt32LE(sampleRate, 4);
  body.writeUInt32LE((sampleRate * blockAlign) % 2 ** 32, 8);
  body.writeUInt16LE(blockAlign, 12);
  body.writeUInt16LE(bits, 14);
  return body;
}

/** The tail of KSDATAFORMAT_SUBTYPE_PCM and its siblings. */
export const MEDIA_SUBTYPE = Buffer.from('000000001000800000aa00389b71', 'hex');

/** The same format as a WAVEFORMATEXTENSIBLE. */
export function extensibleFmt(
  plain: Uint8Array,
  { validBits, subtype = MEDIA_SUBTYPE }: { validBits?: number; subtype?: Uint8Array } = {},
): Buffer {
  const body = Buffer.alloc(40);
  body.set(plain.subarray(0, 16));
  const tag = body.readUInt16LE(0);
  body.writeUInt16LE(0xfffe, 0);
  body.writeUInt16LE(22, 16);
  body.writeUInt16LE(validBits ?? body.readUInt16LE(14), 18);
  body.writeUInt16LE(tag, 24);
  body.set(subtype, 26);
  return body;
}

/** A `LIST` chunk of type INFO. */
export function infoList(tags: Readonly<Record<string, Uint8Array>>): Buffer {
  const entries = Object.entries(tags).map(([id, text]) => chunk(id, text));
  return chunk('LIST', Buffer.concat([Buffer.from('INFO'), ...entries]));
}

/** The chunks of a well-formed file, found without any of the code under test. */
export function chunksOf(file: Buffer): PlacedChunk[] {
  const chunks: PlacedChunk[] = [];
  for (let at = 12; at + 8 <= file.length; ) {
    const size = file.readUInt32LE(at + 4);
    chunks.push({ id: file.toString('latin1', at, at + 4), offset: at + 8, size });
    at += 8 + size + (size % 2);
  }
  return chunks;
}

/** The body of the first chunk of this id in a well-formed file. */
export function bodyOf(file: Buffer, id: string): Buffer {
  const found = chunksOf(file).find((candidate) => candidate.id === id);
  if (found === undefined) throw new Error(`no ${id} chunk`);
  return file.subarray(found.offset, found.offset + found.size);
}
