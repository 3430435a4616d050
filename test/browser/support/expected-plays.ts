/** A stretch of the track that was heard in one go, in seconds. */
export type Pass = readonly [from: number, to: number];

export interface SegmentGrid {
  readonly duration: number;
  readonly segment_duration: number;
  readonly total_segments: number;
}

/**
 * How far off a browser may be about a position: it tells it in steps of the buffer that it gives
 * to the sound card, 10 to 25 ms. A thirtieth of a second is more than that, and far less than a
 * segment, so that no segment passes for heard of which a part is missing that anybody could hear.
 */
const POSITION_TOLERANCE_S = 1 / 30;

/** `played` and `currentTime` are read in one go, but a browser may bring them up to date in turn. */
const PLAYED_TOLERANCE_S = 0.1;

/** Plays by segment: a segment was played by every pass that goes from its start to its end. */
export function expectedPlays(passes: readonly Pass[], grid: SegmentGrid): number[] {
  return Array.from({ length: grid.total_segments }, (_, segment) => {
    const start = segment * grid.segment_duration + POSITION_TOLERANCE_S;
    const end = Math.min((segment + 1) * grid.segment_duration, grid.duration);
    const heardTo = end - POSITION_TOLERANCE_S;
    return passes.filter(([from, to]) => from <= start && to >= heardTo).length;
  });
}

/** Segments counted too often, summed over the track. */
export function tooMany(counted: readonly number[], expected: readonly number[]): number {
  return expected.reduce((sum, plays, i) => sum + Math.max((counted[i] ?? 0) - plays, 0), 0);
}

/** Segments counted too seldom, summed over the track. */
export function tooFew(counted: readonly number[], expected: readonly number[]): number {
  return tooMany(expected, counted);
}

/** Segments counted wrongly: too often or too seldom, summed over the track. */
export function countedWrongly(counted: readonly number[], expected: readonly number[]): number {
  return tooMany(counted, expected) + tooFew(counted, expected);
}

/** What was heard at least once, as `HTMLMediaElement.played` tells it. */
export function unionOf(passes: readonly Pass[]): Pass[] {
  const union: Pass[] = [];
  for (const [from, to] of passes.toSorted((a, b) => a[0] - b[0])) {
    const last = union.at(-1);
    if (last === undefined || from > last[1]) union.push([from, to]);
    else union[union.length - 1] = [last[0], Math.max(last[1], to)];
  }
  return union;
}

/** Whether two lists of stretches are the same, to within what elements are off by. */
export function agree(one: readonly Pass[], other: readonly Pass[]): boolean {
  return (
    one.length === other.length &&
    one.flat().every((bound, i) => Math.abs(bound - (other.flat()[i] ?? 0)) < PLAYED_TOLERANCE_S)
  );
}

/** Counts by segment in a form that can be read: `1 × 0–13, 2 × 14`. */
export function inRuns(counts: readonly number[]): string {
  const runs: { count: number; from: number; to: number }[] = [];
  for (const [i, count] of counts.entries()) {
    const last = runs.at(-1);
    if (last?.count === count) last.to = i;
    else runs.push({ count, from: i, to: i });
  }
  const heard = runs.filter(({ count }) => count > 0);
  if (heard.length === 0) return 'nothing';
  return heard
    .map(({ count, from, to }) => `${count} × ${from === to ? from : `${from}–${to}`}`)
    .join(', ');
}
