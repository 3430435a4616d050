import { setTimeout } from 'node:timers/promises';

/** What `GET /stats/:filename` answers, as far as the bench needs it. */
export interface Stats {
  readonly segment_play_counts: readonly number[];
  readonly total_segments: number;
}

export async function statsOf(port: number, filename: string): Promise<Stats> {
  const response = await fetch(`http://127.0.0.1:${port}/stats/${filename}`);
  return (await response.json()) as Stats;
}

/** Waits until so many plays of every segment of these tracks are in the audio; returns how many ms. */
export async function untilApplied(
  port: number,
  filenames: readonly string[],
  plays: number,
): Promise<number> {
  const began = performance.now();
  const isApplied = async (filename: string) =>
    (await statsOf(port, filename)).segment_play_counts.every((count) => count >= plays);
  await Promise.all(
    filenames.map(async (filename) => {
      while (!(await isApplied(filename))) {
        if (performance.now() - began > 60_000) throw new Error(`${filename} does not settle`);
        await setTimeout(2);
      }
    }),
  );
  return performance.now() - began;
}

/**
 * Waits until the server has nothing left to do: two seconds after the last play it has forced the
 * audio to the disk and written the last record.
 */
export async function untilIdle(cpuSeconds: () => Promise<number>): Promise<void> {
  await setTimeout(1_500);
  for (let before = await cpuSeconds(); ; ) {
    await setTimeout(300);
    const now = await cpuSeconds();
    if (now - before < 0.03) return;
    before = now;
  }
}
