/** A bijection of `0 … size - 1` onto itself: the frame that goes at a given rank. */
export type Permutation = (rank: number) => number;

/** 128 bits that tell one track's choices from another's. */
export type DropoutKey = Uint32Array;

const GOLDEN_RATIO = 0x9e3779b9;

/**
 * The order in which the frames of one segment go silent: fixed for ever by the track's key and
 * the segment's index, different for any other, and without a regular spacing that could be heard
 * as a tone. Any rank can be asked for on its own, so a play costs what it drops.
 *
 * Three rounds of add, multiply by an odd number, and xor the upper half onto the lower, each a
 * bijection modulo a power of two, scramble the smallest such domain that holds all frames; what
 * falls outside the segment is scrambled again until it falls inside (cycle walking: Black and
 * Rogaway, Ciphers with Arbitrary Finite Domains, 2002), less than one extra turn on average.
 * @param size frames in the segment, 1 to 2^31
 */
export function framePermutation(key: DropoutKey, segment: number, size: number): Permutation {
  const bits = 32 - Math.clz32(size - 1);
  const mask = 2 ** bits - 1;
  const half = (bits + 1) >> 1;
  const words = roundWords(key, segment);
  const [a0 = 0, m0 = 0, a1 = 0, m1 = 0, a2 = 0, m2 = 0] = words;
  return (rank) => {
    let x = rank;
    do {
      x = Math.imul(x + a0, m0) & mask;
      x ^= x >>> half;
      x = Math.imul(x + a1, m1) & mask;
      x ^= x >>> half;
      x = Math.imul(x + a2, m2) & mask;
      x ^= x >>> half;
    } while (x >= size);
    return x;
  };
}

/** Three pairs of an addend and an odd multiplier. */
function roundWords(key: DropoutKey, segment: number): number[] {
  const words: number[] = [];
  let state = mix32(segment + 1);
  for (let i = 0; i < 6; i++) {
    state = mix32((state + GOLDEN_RATIO + (key[i % key.length] ?? 0)) | 0);
    words.push(i % 2 === 0 ? state : state | 1);
  }
  return words;
}

/** A bijection of 32 bits in which every bit of the input turns about half of the output. */
function mix32(value: number): number {
  let x = value;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return x ^ (x >>> 15);
}
