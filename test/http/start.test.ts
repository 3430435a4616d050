import { expect, test } from 'vitest';
import { HttpError } from '../../src/http/http-error.ts';
import { parseStart } from '../../src/http/start.ts';

test.each([
  ['0', 0],
  ['0.0', 0],
  ['1', 1],
  ['12.5', 12.5],
  ['007', 7],
  ['.5', 0.5],
  ['5.', 5],
  ['3600', 3600],
])('start=%s is second %d', (text, second) => {
  expect(parseStart(text)).toBe(second);
});

test('no start is none', () => {
  expect(parseStart(undefined)).toBeUndefined();
});

test.each([
  '',
  ' ',
  'abc',
  '-1',
  '-0',
  '+1',
  'NaN',
  'Infinity',
  '-Infinity',
  '1e999',
  '1e3',
  '0x10',
  '1,5',
  '1.2.3',
  '.',
  '1 ',
  ' 1',
  '1s',
  '1:30',
  '１２',
  '1\n',
  'null',
])('start=%j is refused', (text) => {
  expect(() => parseStart(text)).toThrow(HttpError);
  expect(() => parseStart(text)).toThrow(expect.objectContaining({ status: 400 }));
});

test.each([[['1', '2']], [['1', '1']], [[]], [{ a: '1' }], [1], [null], [true]])(
  '%j, which is no text given once, is refused',
  (value) => {
    expect(() => parseStart(value)).toThrow(expect.objectContaining({ status: 400 }));
  },
);

test('a number too large for a number is a second after every end', () => {
  expect(parseStart('9'.repeat(400))).toBe(Number.POSITIVE_INFINITY);
});

test('the refusal says what to write', () => {
  expect(() => parseStart('abc')).toThrow(/number of seconds/);
});
