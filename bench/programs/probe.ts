/**
 * Preloaded into a server (`node --import`), so that the bench can ask it what can't be seen from
 * outside. It keeps no process alive.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { answer } from '../support/answer.ts';

export interface Vitals {
  /** Seconds of CPU time that all its threads took so far. */
  readonly cpuSeconds: number;
  /** Seconds in which the main thread was at work so far. */
  readonly mainThreadSeconds: number;
  /** Delay of the event loop since the question before, in ms. */
  readonly loopDelayP99Ms: number;
  readonly loopDelayMaxMs: number;
}

const RESOLUTION_MS = 1;
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();

answer((): Vitals => {
  const { user, system } = process.cpuUsage();
  // The histogram holds the times between two ticks.
  const loopDelayP99Ms = delay.percentile(99) / 1e6 - RESOLUTION_MS;
  const loopDelayMaxMs = delay.max / 1e6 - RESOLUTION_MS;
  delay.reset();
  return {
    cpuSeconds: (user + system) / 1e6,
    mainThreadSeconds: performance.eventLoopUtilization().active / 1e3,
    loopDelayP99Ms,
    loopDelayMaxMs,
  };
});
process.channel?.unref();
