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

/** RIFF names no character set: what isn't UTF-8 is the code page of the time. */
function decodeText(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  const text = end < 0 ? bytes : bytes.subarray(0, end);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(text).trim();
  } catch {
    return new TextDecoder('windows-1252').decode(text).trim();
  }
}
