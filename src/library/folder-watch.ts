import { type FSWatcher, watch } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { type FileStamp, isUnchanged, stampOf } from '../play/file-stamp.ts';
import { isHidden } from './audio-folder.ts';

/** What follows the folder. */
export interface Follower {
  /** Goes up when we begin to change a file, and when we have: odd in between. */
  changes(filename: string): number;
  /** Whether a file (undefined: none) is known as it is. */
  isCurrent(filename: string, stamp: FileStamp | undefined): boolean;
  /** A file is not what it was, or not there any more. */
  remove(filename: string): Promise<void>;
  /** A file hasn't changed for a while. */
  add(filename: string): Promise<void>;
  /** Whether a file's header promises more than there is, or there is no header yet. */
  isUnfinished(filename: string): Promise<boolean>;
  /** The files that are known. */
  readonly filenames: Iterable<string>;
}

export interface FolderWatchOptions {
  readonly folder: string;
  /** How often to look at everything, in ms, where the system reports no changes; 0: it does. */
  readonly pollMs: number;
  readonly follower: Follower;
  readonly log: Logger;
}

// A file that hasn't changed for this long is complete,
const COMPLETE_MS = 1_000;
// unless it looks as if there should be more of it: a copy over a network can pause.
const UNFINISHED_MS = 10_000;
const LOOK_INTERVAL_MS = 200;

/** A file that somebody may be working on. */
interface Suspect {
  stamp: FileStamp | undefined;
  /** Since when it has been like that, in ms. */
  since: number;
}

/**
 * Watches the audio folder. What the system reports is only a hint where to look: a file that isn't
 * known as it is goes at once, and comes back when it hasn't changed for a while. So our own changes
 * mean nothing, and a copy in progress is never served.
 *
 * Ours rather than chokidar's (5.0.0), which reads the whole folder and looks at every file in it
 * each time one is written to: as long as somebody listened, that took more time than streaming.
 */
export class FolderWatch {
  readonly #options: FolderWatchOptions;
  readonly #watcher: FSWatcher | undefined;
  readonly #sweeping: NodeJS.Timeout | undefined;
  readonly #suspects = new Map<string, Suspect>();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #isClosed = false;

  /** No change from now on is missed. */
  constructor(options: FolderWatchOptions) {
    this.#options = options;
    const { folder, pollMs, log } = options;
    if (pollMs > 0) {
      this.#sweeping = setInterval(() => void this.#sweep(), pollMs);
      return;
    }
    this.#watcher = watch(folder, (_event, filename) => {
      if (filename === null) void this.#sweep();
      else this.#suspect(filename);
    });
    this.#watcher.on('error', (err) => {
      log.error({ err }, `${folder} can't be watched any more: WATCH_POLL_MS looks without that`);
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#watcher?.close();
    clearInterval(this.#sweeping);
    clearTimeout(this.#timer);
    await this.#looking;
  }

  /** Suspects every file that is there or should be. */
  async #sweep(): Promise<void> {
    const { folder, follower, log } = this.#options;
    try {
      for (const filename of await readdir(folder)) this.#suspect(filename);
      for (const filename of follower.filenames) this.#suspect(filename);
    } catch (err) {
      log.error({ err }, `${folder} can't be read`);
    }
  }

  #suspect(filename: string): void {
    if (isHidden(filename) || this.#suspects.has(filename)) return;
    this.#suspects.set(filename, { stamp: undefined, since: performance.now() });
    this.#lookSoon();
  }

  #lookSoon(): void {
    if (this.#isClosed || this.#timer !== undefined || this.#suspects.size === 0) return;
    this.#timer = setTimeout(() => {
      this.#looking = this.#look().finally(() => {
        this.#timer = undefined;
        this.#lookSoon();
      });
    }, LOOK_INTERVAL_MS);
  }

  async #look(): Promise<void> {
    for (const [filename, suspect] of [...this.#suspects]) {
      try {
        if (await this.#isSettled(filename, suspect)) this.#suspects.delete(filename);
      } catch (error) {
        this.#suspects.delete(filename);
        this.#options.log.error({ err: error, file: filename }, `${filename} can't be looked at`);
      }
    }
  }

  /** Does what there is to do about a file; says whether nothing is left. */
  async #isSettled(filename: string, suspect: Suspect): Promise<boolean> {
    const { follower, folder } = this.#options;
    const changes = follower.changes(filename);
    const stamp = await stampAt(join(folder, filename));
    // While we change it ourselves, nothing can be told from it.
    if (changes % 2 === 1 || changes !== follower.changes(filename)) return false;
    if (follower.isCurrent(filename, stamp)) return true;
    await follower.remove(filename);
    if (stamp === undefined) return true;
    if (!isSame(stamp, suspect.stamp)) {
      suspect.stamp = stamp;
      suspect.since = performance.now();
    }
    const unchangedMs = performance.now() - suspect.since;
    if (unchangedMs < COMPLETE_MS) return false;
    if (unchangedMs < UNFINISHED_MS && (await follower.isUnfinished(filename))) return false;
    await follower.add(filename);
    return true;
  }
}

function isSame(a: FileStamp, b: FileStamp | undefined): boolean {
  return b !== undefined && isUnchanged(a, b);
}

async function stampAt(path: string): Promise<FileStamp | undefined> {
  try {
    return stampOf(await lstat(path, { bigint: true }));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
