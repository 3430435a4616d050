import { rename, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { TrackReplacedError } from '../../src/play/audio-file.ts';
import { HEADER_BYTES, noiseTrack } from '../support/noise-track.ts';
import { trackOnDisk } from '../support/track-on-disk.ts';

const noise = noiseTrack(2);
const CLOSED = -1;

test('a thousand readers share one open file, which the last of them closes', async () => {
  const { audio } = await trackOnDisk(noise);
  const opening = Array.from({ length: 999 }, () => audio.file.open());
  const last = await audio.file.open();
  const others = await Promise.all(opening);
  expect(new Set(others.map(({ handle }) => handle))).toEqual(new Set([last.handle]));
  await Promise.all(others.map(({ close }) => close()));
  const bytes = await audio.file.read(last.handle, 0, HEADER_BYTES);
  expect(bytes.equals(noise.wav.subarray(0, HEADER_BYTES))).toBe(true);
  await last.close();
  expect(last.handle.fd).toBe(CLOSED);
});

test('whoever comes while the last one leaves has a file that is open', async () => {
  const { audio } = await trackOnDisk(noise);
  let reader = await audio.file.open();
  for (let turn = 0; turn < 50; turn++) {
    const closing = reader.close();
    reader = await audio.file.open();
    await closing;
    expect((await audio.file.read(reader.handle, 0, 4)).toString('latin1')).toBe('RIFF');
  }
  await reader.close();
  expect(reader.handle.fd).toBe(CLOSED);
});

test('a file that can’t be opened is opened when it can be', async () => {
  const { audio, wav } = await trackOnDisk(noise);
  await rename(wav.path, `${wav.path}.away`);
  const refused = await Promise.allSettled([audio.file.open(), audio.file.open()]);
  expect(refused.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await rename(`${wav.path}.away`, wav.path);
  const { handle, close } = await audio.file.open();
  expect(handle.fd).not.toBe(CLOSED);
  await close();
});

test('another file under the name is not opened, and one that was retired is not read', async () => {
  const { audio, wav } = await trackOnDisk(noise);
  const { handle, close } = await audio.file.open();
  await writeFile(`${wav.path}.other`, noise.wav);
  await rename(`${wav.path}.other`, wav.path);
  await close();
  await expect(audio.file.open()).rejects.toThrow(TrackReplacedError);
  expect(handle.fd).toBe(CLOSED);

  const other = await trackOnDisk(noise);
  const reader = await other.audio.file.open();
  other.audio.file.retire();
  await expect(other.audio.file.read(reader.handle, 0, 4)).rejects.toThrow(TrackReplacedError);
  await expect(other.audio.file.open()).rejects.toThrow(TrackReplacedError);
  await reader.close();
});
