import { describe } from 'vitest';
import { startFirefox } from './support/firefox.ts';
import { describePlainTag } from './support/plain-tag.ts';
import { isLeftOut } from './support/programs.ts';

describe.skipIf(isLeftOut('firefox'))('a plain tag', () => {
  describePlainTag('Firefox', startFirefox);
});
