import { TAIL_S } from '../listening/leg.ts';
import type { FrameFormat } from '../wav/frame-format.ts';
import type { Segments } from '../wav/segments.ts';
import type { Cut } from './pieces.ts';

// However long a segment is. What a piece costs is mostly its own: at 2,000 listeners pieces of half
// a second took 1.5 times the processor.
const PIECE_S = 1;
// Chromium says that it can play through only after a few pieces behind the lead, and some pages
// wait for that. A server that is too busy to send them in time sends longer ones at once.
const SHORT_PIECE_S = 0.1;
const SHORT_PIECES_S = 1;

/**
 * How long the pieces for a player are. None goes over the end of the lead, which is sent at once,
 * nor over the beginning of the tail, which is held back.
 * @param from offset in the file of the first byte that is sent
 * @param isDue whether the bytes before an offset of the file may be sent by now
 */
export function playerCut(
  { sampleRate, blockAlign }: FrameFormat,
  { dataOffset, dataEnd }: Segments,
  from: number,
  leadSeconds: number,
  isDue: (offset: number) => boolean,
): Cut {
  const bytes = (duration: number) => Math.ceil(sampleRate * duration) * blockAlign;
  const leadEnd = Math.max(from, dataOffset) + bytes(leadSeconds);
  const shortEnd = leadEnd + bytes(SHORT_PIECES_S);
  const tail = dataEnd - bytes(TAIL_S);
  const borders = [leadEnd, tail];
  return (offset) => {
    const long = offset + bytes(PIECE_S);
    const isShort = offset >= leadEnd && offset < shortEnd && !isDue(long);
    const end = isShort ? offset + bytes(SHORT_PIECE_S) : long;
    return Math.min(end, ...borders.filter((border) => border > offset));
  };
}
