import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { contentRange, parseRange, resolveRange } from '../../src/http/range.ts';
import { BODY, RANGE_TABLE } from '../support/range-table.ts';

function answer(header: string | undefined, body: string): string {
  const spec = parseRange(header);
  if (spec === undefined) return 'whole';
  const range = resolveRange(spec, body.length);
  return range === 'unsatisfiable' ? '416' : body.slice(range.first, range.last + 1);
}

describe(`of ${BODY}`, () => {
  test.each(RANGE_TABLE)('"%s" gets %s', (header, expected) => {
    expect(answer(header, BODY)).toBe(expected);
  });
});

test('no header gets the whole', () => {
  expect(answer(undefined, BODY)).toBe('whole');
});

test('of one byte, the first and the last are the same', () => {
  expect(answer('bytes=0-', 'x')).toBe('x');
  expect(answer('bytes=-1', 'x')).toBe('x');
  expect(answer('bytes=1-', 'x')).toBe('416');
});

test('of nothing, no range can be had', () => {
  for (const header of ['bytes=0-', 'bytes=0-0', 'bytes=-1'])
    expect(answer(header, '')).toBe('416');
});

test('Content-Range says which bytes of how many', () => {
  expect(contentRange({ first: 2, last: 4 }, 10)).toBe('bytes 2-4/10');
});

test('positions past 4 GiB are exact', () => {
  const spec = parseRange('bytes=6442450941-6442450943');
  expect(spec).toEqual({ first: 6_442_450_941, last: 6_442_450_943 });
  expect(resolveRange(spec ?? { suffixLength: 0 }, 6_442_450_943)).toEqual({
    first: 6_442_450_941,
    last: 6_442_450_942,
  });
});

test('a range that is had lies inside the body and is as long as asked, or ends with it', () => {
  const position = fc.option(fc.nat({ max: 300 }), { nil: '' as const });
  const size = fc.integer({ min: 1, max: 200 });
  fc.assert(
    fc.property(position, position, size, (first, last, length) => {
      const spec = parseRange(`bytes=${first}-${last}`);
      const range = spec && resolveRange(spec, length);
      if (range === undefined || range === 'unsatisfiable') return;
      expect(range.first).toBeGreaterThanOrEqual(0);
      expect(range.first).toBeLessThanOrEqual(range.last);
      expect(range.last).toBeLessThan(length);
      if (first === '') expect(range.last).toBe(length - 1);
      else expect(range.first).toBe(first);
      if (first !== '' && last !== '') expect(range.last).toBe(Math.min(last, length - 1));
    }),
    { numRuns: 300 },
  );
});

test('no header makes it fail', () => {
  const piece = fc.constantFrom(
    'bytes',
    '=',
    '-',
    ',',
    ' ',
    '0',
    '7',
    '9'.repeat(400),
    '\t',
    'é',
    '\0',
  );
  const header = fc.oneof(
    fc.string(),
    fc.array(piece).map((pieces) => pieces.join('')),
  );
  fc.assert(
    fc.property(header, (text) => {
      expect(['416', 'whole', 'x']).toContain(answer(text, 'x'));
    }),
    { numRuns: 500 },
  );
});
