export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** The value that so many percent of the values don't exceed; between two of them, their mix. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = ((sorted.length - 1) * percent) / 100;
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? Number.NaN;
  return below + (above - below) * (at - Math.floor(at));
}

export function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/** The median of each field of several measurements. */
export function medians<Key extends string>(
  measurements: readonly Readonly<Record<Key, number>>[],
): Record<Key, number> {
  const keys = Object.keys(measurements[0] ?? {}) as Key[];
  const entries = keys.map((key) => [key, median(measurements.map((one) => one[key]))]);
  return Object.fromEntries(entries) as Record<Key, number>;
}
