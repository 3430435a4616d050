import { z } from 'zod';

/** A setting that makes no sense: the message is one line with its name, its value and what is allowed. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

function number(text: string): number {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
}

function wholeNumber(min: number, max: number, unset: number) {
  const allowed = `a whole number from ${min} to ${max}`;
  return z
    .string()
    .transform(number)
    .refine((n) => Number.isInteger(n) && n >= min && n <= max, { error: allowed })
    .default(unset);
}

function decimal(min: number, max: number, unset: number) {
  const allowed = `a number from ${min} to ${max}`;
  return z
    .string()
    .transform(number)
    .refine((n) => n >= min && n <= max, { error: allowed })
    .default(unset);
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}

const corsOrigin = z
  .string()
  .transform((list) => (list.trim() === '*' ? '*' : list.split(',').map((item) => item.trim())))
  .refine((origins) => origins === '*' || origins.every(isOrigin), {
    error: '* or origins like https://example.org, separated by commas',
  })
  .default('*');

const streamRate = z
  .string()
  .transform(number)
  .refine((rate) => rate === 0 || (rate >= 1 && rate <= 1000), {
    error: '0 (never paced) or a number from 1 to 1000',
  })
  .default(1.25);

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

const environment = z.object({
  PORT: wholeNumber(0, 65_535, 3000),
  HOST: z.string().optional(),
  AUDIO_DIR: z.string().optional(),
  METADATA_DIR: z.string().default('./metadata'),
  SEGMENT_DURATION: decimal(0.05, 60, 0.5),
  DEGRADATION_RATE: decimal(0.001, 100, 1),
  CORS_ORIGIN: corsOrigin,
  STREAM_LEAD_SECONDS: decimal(0, 3600, 5),
  STREAM_RATE: streamRate,
  LOCK_TIMEOUT_MS: wholeNumber(1, 600_000, 5000),
  WATCH_POLL_MS: wholeNumber(0, 60_000, 0),
  TRUST_PROXY: wholeNumber(0, 100, 0),
  MAX_STREAMS: wholeNumber(0, 1_000_000, 0),
  MAX_STREAMS_PER_IP: wholeNumber(0, 1_000_000, 0),
  MAX_LISTENINGS_PER_HOUR: wholeNumber(0, 1_000_000, 0),
  LOG_LEVEL: z.enum(LOG_LEVELS, { error: `one of ${LOG_LEVELS.join(', ')}` }).default('info'),
});

/** The settings, as README.md describes them. */
export interface Config {
  readonly port: number;
  /** Undefined: all addresses. */
  readonly host: string | undefined;
  readonly audioDir: string;
  /** Whether the folder was left to us, so that an empty one may be given something to play. */
  readonly isAudioDirDefault: boolean;
  readonly metadataDir: string;
  /** seconds */
  readonly segmentDuration: number;
  /** percent of the frames a play */
  readonly degradationRate: number;
  readonly corsOrigin: '*' | string[];
  /** seconds of audio that a player is sent at once */
  readonly streamLeadSeconds: number;
  /** seconds of audio a second after that; 0: no pacing */
  readonly streamRate: number;
  readonly lockTimeoutMs: number;
  /** how often to look for new files where the system doesn't report changes; 0: it does */
  readonly watchPollMs: number;
  /** proxies in front of the server */
  readonly trustProxy: number;
  readonly maxStreams: number;
  readonly maxStreamsPerIp: number;
  readonly maxListeningsPerHour: number;
  readonly logLevel: (typeof LOG_LEVELS)[number];
}

/**
 * Reads the settings. An empty value counts as none.
 * @throws ConfigError for the first value that makes no sense
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value?.trim()));
  const result = environment.safeParse(set);
  if (!result.success) throw new ConfigError(describe(result.error.issues[0], set));
  const values = result.data;
  return {
    port: values.PORT,
    host: values.HOST,
    audioDir: values.AUDIO_DIR ?? './audio',
    isAudioDirDefault: values.AUDIO_DIR === undefined,
    metadataDir: values.METADATA_DIR,
    segmentDuration: values.SEGMENT_DURATION,
    degradationRate: values.DEGRADATION_RATE,
    corsOrigin: values.CORS_ORIGIN,
    streamLeadSeconds: values.STREAM_LEAD_SECONDS,
    streamRate: values.STREAM_RATE,
    lockTimeoutMs: values.LOCK_TIMEOUT_MS,
    watchPollMs: values.WATCH_POLL_MS,
    trustProxy: values.TRUST_PROXY,
    maxStreams: values.MAX_STREAMS,
    maxStreamsPerIp: values.MAX_STREAMS_PER_IP,
    maxListeningsPerHour: values.MAX_LISTENINGS_PER_HOUR,
    logLevel: values.LOG_LEVEL,
  };
}

function describe(issue: z.core.$ZodIssue | undefined, env: Record<string, unknown>): string {
  const name = String(issue?.path[0]);
  return `${name}=${JSON.stringify(env[name])} is not allowed: it must be ${issue?.message}`;
}
