import { type FileHandle, open, readFile } from 'node:fs/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { noiseTrack, SEGMENT_BYTES, silentAfter, silentFramesOf } from '../support/noise-track.ts';
import { trackOnDisk } from '../support/track-on-disk.ts';

/** Counts what is really read from files and written to them in this process. */
async function fileTraffic() {
  const any = await open('/dev/null');
  const prototype: FileHandle = Object.getPrototypeOf(any);
  await any.close();
  const reads = vi.spyOn(prototype, 'read');
  const writes = vi.spyOn(prototype, 'write');
  onTestFinished(() => {
    vi.restoreAllMocks();
  });
  return () => ({ reads: reads.mock.calls.length, writes: writes.mock.calls.length });
}

/** A track whose segments were heard once, so that nothing is to be found out about them. */
async function heardTrack(segments: number) {
  const noise = noiseTrack(segments);
  // The journal writes when it is told to, and at no other time.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const track = await trackOnDisk(noise);
  onTestFinished(async () => {
    await track.plays.close();
    vi.useRealTimers();
  });
  for (let segment = 0; segment < segments; segment++) track.plays.count(segment);
  await track.plays.flush();
  track.records.length = 0;
  const silent = async () => silentFramesOf(noise, await readFile(track.wav.path));
  return { ...track, silent };
}

test.each([1, 100, 1_000])(
  '%i listeners who hear the end of a segment at once cost one record, one read and one write',
  async (listeners) => {
    const { plays, records, silent } = await heardTrack(4);
    const traffic = await fileTraffic();
    for (let listener = 0; listener < listeners; listener++) plays.count(2);
    await plays.flush();
    expect(records).toHaveLength(1);
    expect(traffic()).toEqual({ reads: 1, writes: 1 });
    expect(await silent()).toEqual(silentAfter([1, 1, 1 + listeners, 1]));
  },
);

test('segments that lie side by side are read and written together, a MiB at a time', async () => {
  const { plays, records, silent } = await heardTrack(200);
  const traffic = await fileTraffic();
  for (let segment = 0; segment < 200; segment++) plays.count(segment);
  await plays.flush();
  expect(records).toHaveLength(1);
  const runs = Math.ceil(200 / Math.floor(2 ** 20 / SEGMENT_BYTES));
  expect(traffic()).toEqual({ reads: runs, writes: runs });
  expect(await silent()).toEqual(silentAfter(new Array(200).fill(2)));
});

test('plays that drop nothing more are recorded, and the audio is left alone', async () => {
  const { plays, records } = await heardTrack(4);
  for (let play = 1; play < 100; play++) plays.count(0);
  await plays.flush();
  const traffic = await fileTraffic();
  for (let play = 0; play < 50; play++) plays.count(0);
  await plays.flush();
  expect(records.at(-1)).toEqual([150, 1, 1, 1]);
  expect(traffic()).toEqual({ reads: 0, writes: 0 });
});
