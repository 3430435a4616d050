import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What the tests start, by the name of its Debian package, which is also its command's. */
export type Program = 'chromium' | 'firefox-esr' | 'pulseaudio';

/**
 * Where a program is.
 * @throws if it isn't installed: a test that can't run has failed
 */
export function findProgram(program: Program): string {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const path = folders.map((folder) => join(folder, program)).find(isExecutable);
  if (path !== undefined) return path;
  throw new Error(
    `${program} is not installed. Run test/browser/install.sh (apt-get install ${program}), ` +
      'or leave browsers out with SKIP_BROWSERS=chromium, firefox or both with a comma between.',
  );
}

/** Whether somebody asked for a run without this browser. */
export function isLeftOut(browser: 'chromium' | 'firefox'): boolean {
  return (process.env.SKIP_BROWSERS ?? '').split(',').some((name) => name.trim() === browser);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
