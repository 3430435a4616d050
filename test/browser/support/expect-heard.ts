import type { TestContext } from 'vitest';
import { agree, countedWrongly, expectedPlays, inRuns, unionOf } from './expected-plays.ts';
import type { Stage } from './stage.ts';

/** Sound may begin a moment after the element says that it plays. A gap is longer than that. */
const LATENESS_S = 0.5;

export interface Allowed {
  /** Segments counted wrongly, summed over the track. */
  readonly wrong: number;
  readonly listenings: number;
}

/** Once everybody has left: what the server counted is what was heard, and nobody waited. */
export async function expectHeard(
  { audio, diary, visits }: Stage,
  { expect, task }: TestContext,
  allowed: Allowed,
): Promise<void> {
  const reports = visits.map((visit) => visit.report);
  for (const { passes, played } of reports) {
    const told = `${JSON.stringify(passes)} against ${JSON.stringify(played)}`;
    expect.soft(agree(unionOf(passes), played), `our passes are played: ${told}`).toBe(true);
  }
  const stats = await audio.settledStats();
  const expected = expectedPlays(
    reports.flatMap(({ passes }) => passes),
    stats,
  );
  diary.note('listeners', `heard segments ${inRuns(expected)}`);
  diary.note('server', `counted segments ${inRuns(stats.segment_play_counts)}`);

  const wrong = countedWrongly(stats.segment_play_counts, expected);
  const waits = reports.reduce((sum, report) => sum + report.waits, 0);
  const lateness = Math.max(...reports.map((report) => report.lateness));
  process.stdout.write(
    `${task.suite?.name}: ${task.name}: ${wrong} of ${allowed.wrong} allowed segments wrong, ` +
      `${stats.total_streams} of ${allowed.listenings} listenings, ${waits} waits, ` +
      `${lateness.toFixed(2)} s late\n`,
  );
  expect.soft(wrong, 'segments counted wrongly').toBeLessThanOrEqual(allowed.wrong);
  expect.soft(stats.total_streams, 'listenings').toBe(allowed.listenings);
  expect.soft(waits, 'stalls').toBe(0);
  expect.soft(lateness, 'seconds of silence').toBeLessThan(LATENESS_S);
}
