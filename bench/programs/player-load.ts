/** Listeners as browsers are: each a socket from an address of its own, each with its own ear. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import { answer } from '../support/answer.ts';
import { get } from '../support/get.ts';

export interface PlayerJob {
  readonly port: number;
  /** Listeners take them in turn. */
  readonly paths: readonly string[];
  readonly listeners: number;
  /** They arrive evenly within this time. */
  readonly arrivalMs: number;
  /** Each leaves so long after its first byte. */
  readonly listenMs: number;
  /** Of the audio. */
  readonly bytesASecond: number;
  readonly headerBytes: number;
}

export interface PlayerResult {
  /** From the connection to the first byte of the answer, in ms, of each listener. */
  readonly firstByteMs: readonly number[];
  /** The least audio that was ahead of each listener's ear from the second second on, in seconds. */
  readonly leastLeadS: readonly number[];
  /** Listeners whose ear was ever ahead of what they had, from the first byte on. */
  readonly everBehind: number;
  /** How far the worst of them was behind, in seconds. */
  readonly worstS: number;
  /** Listeners whose connection ended too soon or who got no audio. */
  readonly failed: number;
  readonly bytes: number;
  /** Delay of this process's own event loop, in ms: what is late by less may be late here. */
  readonly loopDelayP99Ms: number;
  readonly cpuSeconds: number;
}

interface Heard {
  readonly firstByteMs: number;
  readonly leastLeadS: number;
  readonly leastLeadEverS: number;
  readonly bytes: number;
}

const SETTLING_S = 1;

async function listen(job: PlayerJob, index: number): Promise<Heard> {
  const { port, paths, listenMs, bytesASecond, headerBytes } = job;
  const began = performance.now();
  let firstByteAt = 0;
  let audioBytes = 0;
  let leastLeadS = Infinity;
  let leastLeadEverS = Infinity;
  /** What is ahead of the ear, at its least right before more arrives. */
  const look = (now: number) => {
    const heardS = (now - firstByteAt) / 1000;
    const leadS = audioBytes / bytesASecond - heardS;
    leastLeadEverS = Math.min(leastLeadEverS, leadS);
    if (heardS >= SETTLING_S) leastLeadS = Math.min(leastLeadS, leadS);
  };
  await get({
    port,
    path: paths[index % paths.length] ?? '',
    headers: ['Range: bytes=0-', 'Sec-Fetch-Dest: audio', 'Accept-Encoding: identity'],
    localAddress: `127.1.${Math.floor(index / 250)}.${(index % 250) + 1}`,
    onBytes: ({ status, bodyBytes }, socket) => {
      const now = performance.now();
      if (status !== 206) throw new Error(`status ${status}`);
      if (firstByteAt === 0) {
        firstByteAt = now;
        setTimeout(listenMs).then(() => {
          look(performance.now());
          socket.destroy();
        });
      } else if (audioBytes > 0) {
        look(now);
      }
      audioBytes = Math.max(0, bodyBytes - headerBytes);
    },
  });
  const isCutOff = performance.now() - firstByteAt < listenMs - 1;
  if (firstByteAt === 0 || isCutOff) throw new Error('cut off');
  const firstByteMs = firstByteAt - began;
  return { firstByteMs, leastLeadS, leastLeadEverS, bytes: audioBytes };
}

answer(async (job: PlayerJob): Promise<PlayerResult> => {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const before = process.cpuUsage();
  const began = performance.now();
  const listeners = Array.from({ length: job.listeners }, async (_, index) => {
    await setTimeout(began + (index * job.arrivalMs) / job.listeners - performance.now());
    return listen(job, index);
  });
  const outcomes = await Promise.allSettled(listeners);
  const heard = outcomes.filter((it) => it.status === 'fulfilled').map(({ value }) => value);
  const { user, system } = process.cpuUsage(before);
  return {
    firstByteMs: heard.map(({ firstByteMs }) => firstByteMs),
    leastLeadS: heard.map(({ leastLeadS }) => leastLeadS),
    everBehind: heard.filter(({ leastLeadEverS }) => leastLeadEverS < 0).length,
    worstS: Math.max(0, ...heard.map(({ leastLeadEverS }) => -leastLeadEverS)),
    failed: outcomes.length - heard.length,
    bytes: heard.reduce((total, { bytes }) => total + bytes, 0),
    loopDelayP99Ms: delay.percentile(99) / 1e6 - 1,
    cpuSeconds: (user + system) / 1e6,
  };
});
