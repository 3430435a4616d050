import { describe, expect, test } from 'vitest';
import { type Config, ConfigError, readConfig } from '../src/config.ts';

interface Setting {
  readonly name: string;
  readonly key: keyof Config;
  readonly unset: unknown;
  readonly valid: readonly (readonly [text: string, value: unknown])[];
  readonly invalid: readonly string[];
  /** What the message says is allowed. */
  readonly allowed?: string;
}

const NO_NUMBERS = ['abc', '1,5', '1e3', '0x10', 'Infinity', 'NaN', '-1', '+1', '1 s'];

const SETTINGS: Setting[] = [
  {
    name: 'PORT',
    key: 'port',
    unset: 3000,
    valid: [
      ['0', 0],
      ['8080', 8080],
      ['65535', 65_535],
    ],
    invalid: [...NO_NUMBERS, '65536', '80.5'],
    allowed: 'a whole number from 0 to 65535',
  },
  {
    name: 'HOST',
    key: 'host',
    unset: undefined,
    valid: [
      ['127.0.0.1', '127.0.0.1'],
      ['::1', '::1'],
    ],
    invalid: [],
  },
  {
    name: 'AUDIO_DIR',
    key: 'audioDir',
    unset: './audio',
    valid: [['/srv/works of mine', '/srv/works of mine']],
    invalid: [],
  },
  {
    name: 'METADATA_DIR',
    key: 'metadataDir',
    unset: './metadata',
    valid: [['/srv/metadata', '/srv/metadata']],
    invalid: [],
  },
  {
    name: 'SEGMENT_DURATION',
    key: 'segmentDuration',
    unset: 0.5,
    valid: [
      ['0.05', 0.05],
      ['1', 1],
      ['60', 60],
    ],
    invalid: [...NO_NUMBERS, '0', '0.04', '61'],
    allowed: 'a number from 0.05 to 60',
  },
  {
    name: 'DEGRADATION_RATE',
    key: 'degradationRate',
    unset: 1,
    valid: [
      ['0.001', 0.001],
      ['2.5', 2.5],
      ['100', 100],
    ],
    invalid: [...NO_NUMBERS, '0', '100.1'],
    allowed: 'a number from 0.001 to 100',
  },
  {
    name: 'CORS_ORIGIN',
    key: 'corsOrigin',
    unset: '*',
    valid: [
      ['*', '*'],
      ['https://example.org', ['https://example.org']],
      ['http://localhost:8080', ['http://localhost:8080']],
      ['https://a.example, https://b.example', ['https://a.example', 'https://b.example']],
    ],
    invalid: [
      'example.org',
      'https://example.org/',
      'https://example.org/page',
      'https://a.example,',
      'https://a.example https://b.example',
      '*, https://a.example',
      'null',
    ],
    allowed: '* or origins like https://example.org, separated by commas',
  },
  {
    name: 'STREAM_LEAD_SECONDS',
    key: 'streamLeadSeconds',
    unset: 5,
    valid: [
      ['0', 0],
      ['2.5', 2.5],
      ['3600', 3600],
    ],
    invalid: [...NO_NUMBERS, '3601'],
    allowed: 'a number from 0 to 3600',
  },
  {
    name: 'STREAM_RATE',
    key: 'streamRate',
    unset: 1.25,
    valid: [
      ['0', 0],
      ['1', 1],
      ['1.5', 1.5],
      ['1000', 1000],
    ],
    invalid: [...NO_NUMBERS, '0.5', '0.999', '1001'],
    allowed: '0 (never paced) or a number from 1 to 1000',
  },
  {
    name: 'LOCK_TIMEOUT_MS',
    key: 'lockTimeoutMs',
    unset: 5000,
    valid: [
      ['1', 1],
      ['600000', 600_000],
    ],
    invalid: [...NO_NUMBERS, '0', '1.5', '600001'],
    allowed: 'a whole number from 1 to 600000',
  },
  {
    name: 'WATCH_POLL_MS',
    key: 'watchPollMs',
    unset: 0,
    valid: [
      ['0', 0],
      ['1000', 1000],
    ],
    invalid: [...NO_NUMBERS, '1.5', '60001'],
    allowed: 'a whole number from 0 to 60000',
  },
  {
    name: 'TRUST_PROXY',
    key: 'trustProxy',
    unset: 0,
    valid: [
      ['0', 0],
      ['2', 2],
    ],
    invalid: [...NO_NUMBERS, '1.5', '101', 'true', 'loopback'],
    allowed: 'a whole number from 0 to 100',
  },
  ...(
    [
      ['MAX_STREAMS', 'maxStreams'],
      ['MAX_STREAMS_PER_IP', 'maxStreamsPerIp'],
      ['MAX_LISTENINGS_PER_HOUR', 'maxListeningsPerHour'],
    ] as const
  ).map(([name, key]) => ({
    name,
    key,
    unset: 0,
    valid: [
      ['0', 0],
      ['500', 500],
    ] as const,
    invalid: [...NO_NUMBERS, '1.5', '1000001'],
    allowed: 'a whole number from 0 to 1000000',
  })),
  {
    name: 'LOG_LEVEL',
    key: 'logLevel',
    unset: 'info',
    valid: ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'].map((one) => [one, one]),
    invalid: ['INFO', 'verbose', '30'],
    allowed: 'one of trace, debug, info, warn, error, fatal, silent',
  },
];

describe.each(SETTINGS)('$name', ({ name, key, unset, valid }) => {
  test('has its default where it is missing, empty or blank', () => {
    for (const env of [{}, { [name]: undefined }, { [name]: '' }, { [name]: '  ' }]) {
      expect(readConfig(env)[key]).toEqual(unset);
    }
  });

  test('takes what makes sense', () => {
    for (const [text, value] of valid) expect(readConfig({ [name]: text })[key]).toEqual(value);
  });
});

describe.each(SETTINGS.filter(({ invalid }) => invalid.length > 0))(
  '$name',
  ({ name, invalid, allowed }) => {
    test('stops the start with one line where it makes no sense', () => {
      for (const text of invalid) {
        const message = `${name}=${JSON.stringify(text)} is not allowed: it must be ${allowed}`;
        expect(() => readConfig({ [name]: text })).toThrow(new ConfigError(message));
      }
    });
  },
);

test('a setting of several lines is reported in one', () => {
  expect(() => readConfig({ PORT: '80\n81' })).toThrow(/^PORT="80\\n81" is not allowed: [^\n]+$/);
});

test('the first of several senseless settings is reported', () => {
  expect(() => readConfig({ LOG_LEVEL: 'loud', PORT: 'x' })).toThrow(/^PORT=[^\n]*$/);
});

test('variables of others are none of our business', () => {
  const others = { PATH: '/bin', PORTS: 'x', npm_config_port: 'x', port: 'x' };
  expect(readConfig(others)).toEqual(readConfig({}));
});

test('only an audio folder that nobody configured is ours to fill', () => {
  expect(readConfig({}).isAudioDirDefault).toBe(true);
  expect(readConfig({ AUDIO_DIR: '' }).isAudioDirDefault).toBe(true);
  expect(readConfig({ AUDIO_DIR: './audio' }).isAudioDirDefault).toBe(false);
});

test('every setting is in the tables above', () => {
  const derived = ['isAudioDirDefault'];
  const known = [...SETTINGS.map(({ key }) => key as string), ...derived];
  expect(Object.keys(readConfig({})).sort()).toEqual(known.sort());
});
