import { SIZE_UNKNOWN } from './chunks.ts';

const DS64_BODY_BYTES = 28;

/**
 * The header of a WAV whose data is `dataSize` bytes: a `fmt ` chunk (with its `fact` where the
 * format tag is not PCM), then a `data` chunk that the audio and its pad byte must follow. Past
 * 4 GiB it is an RF64 with its sizes in `ds64` (EBU Tech 3306).
 * @param fmtBody the body of the `fmt ` chunk
 * @param frames frames in the data
 */
export function wavHeader(fmtBody: Buffer, frames: number, dataSize: number): Buffer {
  const isPcm = fmtBody.readUInt16LE(0) === 1;
  const fmt = chunk('fmt ', padded(fmtBody), fmtBody.length);
  const factBody = Buffer.alloc(4);
  factBody.writeUInt32LE(Math.min(frames, SIZE_UNKNOWN));
  const fact = isPcm ? Buffer.alloc(0) : chunk('fact', factBody);
  const restSize = 4 + fmt.length + fact.length + 8 + dataSize + (dataSize % 2);
  const isLarge = restSize >= SIZE_UNKNOWN;
  const ds64 = isLarge ? ds64Chunk(restSize, dataSize, frames) : Buffer.alloc(0);
  return Buffer.concat([
    chunkHeader(isLarge ? 'RF64' : 'RIFF', isLarge ? SIZE_UNKNOWN : restSize),
    Buffer.from('WAVE'),
    ds64,
    fmt,
    fact,
    chunkHeader('data', isLarge ? SIZE_UNKNOWN : dataSize),
  ]);
}

function ds64Chunk(restSize: number, dataSize: number, frames: number): Buffer {
  const body = Buffer.alloc(DS64_BODY_BYTES);
  body.writeBigUInt64LE(BigInt(restSize + 8 + DS64_BODY_BYTES), 0);
  body.writeBigUInt64LE(BigInt(dataSize), 8);
  body.writeBigUInt64LE(BigInt(frames), 16);
  return chunk('ds64', body);
}

function chunk(id: string, body: Buffer, size = body.length): Buffer {
  return Buffer.concat([chunkHeader(id, size), body]);
}

function chunkHeader(id: string, size: number): Buffer {
  const header = Buffer.alloc(8);
  header.write(id, 'latin1');
  header.writeUInt32LE(size, 4);
  return header;
}

function padded(body: Buffer): Buffer {
  return body.length % 2 === 0 ? body : Buffer.concat([body, Buffer.alloc(1)]);
}
