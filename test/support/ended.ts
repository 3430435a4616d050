import { vi } from 'vitest';
import type { LogLine } from './serve.ts';

/** The lines of listenings that ended, once there are so many. */
export function endedListenings(lines: readonly LogLine[], count: number): Promise<LogLine[]> {
  return vi.waitFor(
    () => {
      const ended = lines.filter(({ msg }) => msg.startsWith('listening ended'));
      if (ended.length < count) throw new Error(`${ended.length} listenings have ended`);
      return ended;
    },
    { timeout: 20_000, interval: 10 },
  );
}
