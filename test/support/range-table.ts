/** A body of ten bytes, each of which is its own offset. */
export const BODY = '0123456789';

/**
 * What a `Range` header gets of that body: the bytes of a 206, `416`, or `whole` for a 200 as if
 * there were no such header.
 */
export const RANGE_TABLE: readonly (readonly [header: string, answer: string])[] = [
  ['bytes=0-0', '0'],
  ['bytes=2-4', '234'],
  ['bytes=9-9', '9'],
  ['bytes=0-9', BODY],
  ['bytes=0-', BODY],
  ['bytes=7-', '789'],
  ['bytes=9-', '9'],
  ['bytes=00002-00004', '234'],
  ['BYTES=2-4', '234'],
  ['bytes=2-4 ', '234'],

  // The last position may lie past the end.
  ['bytes=8-10', '89'],
  ['bytes=8-99', '89'],
  ['bytes=0-99999999999999999999', BODY],

  // Counted from the end; more than there is, is all there is.
  ['bytes=-1', '9'],
  ['bytes=-3', '789'],
  ['bytes=-10', BODY],
  ['bytes=-11', BODY],
  ['bytes=-1000', BODY],
  ['bytes=-99999999999999999999', BODY],

  // Nothing of what is asked for is there.
  ['bytes=10-', '416'],
  ['bytes=10-12', '416'],
  ['bytes=99999999999999999999-', '416'],
  ['bytes=10-99999999999999999999', '416'],
  ['bytes=-0', '416'],
  ['bytes=-000', '416'],

  // Invalid.
  ['bytes=5-2', 'whole'],
  ['bytes=99-98', 'whole'],
  ['bytes=', 'whole'],
  ['bytes=-', 'whole'],
  ['bytes=5', 'whole'],
  ['bytes=--5', 'whole'],
  ['bytes=2--4', 'whole'],
  ['bytes=2-4-6', 'whole'],
  ['bytes=+2-4', 'whole'],
  ['bytes=2-4.5', 'whole'],
  ['bytes=2.5-4', 'whole'],
  ['bytes=0x2-4', 'whole'],
  ['bytes=2e0-4', 'whole'],
  ['bytes=a-b', 'whole'],
  ['bytes=2-b', 'whole'],
  ['bytes=2 -4', 'whole'],
  ['bytes=2- 4', 'whole'],
  ['bytes =2-4', 'whole'],
  ['bytes 2-4', 'whole'],
  ['bytes:2-4', 'whole'],
  ['bytes', 'whole'],
  ['2-4', 'whole'],
  ['', 'whole'],

  // Several ranges: they may be ignored.
  ['bytes=0-1,4-5', 'whole'],
  ['bytes=0-1, 4-5', 'whole'],
  ['bytes=0-0,-1', 'whole'],

  // Other units.
  ['items=2-4', 'whole'],
  ['seconds=2-4', 'whole'],
  ['bytess=2-4', 'whole'],
  ['none', 'whole'],
];
