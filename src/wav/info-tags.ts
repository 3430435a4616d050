/**
 * The title (`INAM`) of a `LIST` chunk of type INFO, or undefined where it has none.
 * @param listBody the chunk's body: its type, then sub-chunks of id, size, text, pad byte.
 */
export function infoTitle(listBody: Buffer): string | undefined {
  if (listBody.toString('latin1', 0, 4) !== 'INFO') return undefined;
  let at = 4;
  while (at + 8 <= listBody.length) {
    const id = listBody.toString('latin1', at, at + 4);
    const size = listBody.readUInt32LE(at + 4);
    if (id === 'INAM') return decodeText(listBody.subarray(at + 8, at + 8 + size)) || undefined;
    at += 8 + size + (size % 2);
  }
  return undefined;
}

// What windows-1252 has at 0x80 to 0x9f, where Latin-1 has control characters. Node's own decoder
// of that name (20.20) takes it for Latin-1.
const WINDOWS_1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

/** RIFF names no character set: what isn't UTF-8 is the code page of the time. */
function decodeText(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  const text = end < 0 ? bytes : bytes.subarray(0, end);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(text).trim();
  } catch {
    const latin1 = text.toString('latin1');
    const decode = (char: string) => WINDOWS_1252[char.charCodeAt(0) - 0x80] ?? char;
    return latin1.replace(/[\x80-\x9f]/g, decode).trim();
  }
}
