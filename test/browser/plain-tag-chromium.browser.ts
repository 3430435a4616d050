import { describe } from 'vitest';
import { startChromium } from './support/chromium.ts';
import { describePlainTag } from './support/plain-tag.ts';
import { isLeftOut } from './support/programs.ts';

describe.skipIf(isLeftOut('chromium'))('a plain tag', () => {
  describePlainTag('Chromium', startChromium);
});
