import { readdir, rm } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { MalformedRecordError, readRecord } from './metadata-file.ts';
import { isLeftover } from './replace-file.ts';
import type { TrackRecord } from './track-record.ts';

/** The metadata file of a track, with what it holds. */
export interface FoundRecord {
  readonly path: string;
  /** Undefined where there is no file yet. */
  readonly record: TrackRecord | MalformedRecordError | undefined;
}

/** The record that was found, if there is one and it says something. */
export function usableRecord({ record }: FoundRecord): TrackRecord | undefined {
  return record instanceof MalformedRecordError ? undefined : record;
}

/**
 * Tells which metadata file belongs to which track, while tracks are opened one after the other.
 * A track's file is `<stem>.json`; where that is another track's (`a.wav`, `a.WAV`), it is
 * `<filename>.json`, or the first of `<filename>.2.json` and so on that is free.
 */
export class MetadataFolder {
  readonly #folder: string;
  #names: Set<string>;
  /** The tracks that have one, by the name of their metadata file. */
  readonly #claimed = new Map<string, string>();

  private constructor(folder: string, names: Set<string>) {
    this.#folder = folder;
    this.#names = names;
  }

  static async open(folder: string): Promise<MetadataFolder> {
    return new MetadataFolder(folder, new Set(await readdir(folder)));
  }

  /** Removes what writes that were cut off left behind. Only for the process that may write. */
  async removeLeftovers(): Promise<void> {
    for (const name of this.#names) {
      if (isLeftover(name)) await rm(join(this.#folder, name), { force: true });
    }
  }

  /** Looks again which files there are. */
  async refresh(): Promise<void> {
    this.#names = new Set(await readdir(this.#folder));
  }

  /** A track is gone: its file may be claimed again. */
  release(filename: string): void {
    for (const [name, owner] of this.#claimed) if (owner === filename) this.#claimed.delete(name);
  }

  /**
   * Finds the file of a track and keeps it from all others.
   * @param isPresent whether a track of this name is in the audio folder: a file that names another
   *   track is still free to take if that one is gone, as after a rename
   */
  async claim(filename: string, isPresent: (filename: string) => boolean): Promise<FoundRecord> {
    let free: { name: string; found: FoundRecord } | undefined;
    let existing = [...this.#names].filter((name) => isCandidate(name, filename)).length;
    for (const name of candidateNames(filename)) {
      if (this.#names.has(name)) existing--;
      if (!this.#claimed.has(name)) {
        const found = await this.#read(name);
        const owner = usableRecord(found)?.filename;
        if (owner === filename) return this.#take(name, filename, found);
        if (owner === undefined || !isPresent(owner)) free ??= { name, found };
      }
      // Ours may be any of those that are there.
      if (free !== undefined && existing === 0) break;
    }
    if (free === undefined) throw new Error('unreachable: the candidates never end');
    return this.#take(free.name, filename, free.found);
  }

  #take(name: string, filename: string, found: FoundRecord): FoundRecord {
    this.#claimed.set(name, filename);
    return found;
  }

  async #read(name: string): Promise<FoundRecord> {
    const path = join(this.#folder, name);
    if (!this.#names.has(name)) return { path, record: undefined };
    try {
      return { path, record: await readRecord(path) };
    } catch (error) {
      if (error instanceof MalformedRecordError) return { path, record: error };
      throw error;
    }
  }
}

function* candidateNames(filename: string): Generator<string> {
  yield `${parse(filename).name}.json`;
  yield `${filename}.json`;
  for (let n = 2; ; n++) yield `${filename}.${n}.json`;
}

function isCandidate(name: string, filename: string): boolean {
  if (name === `${parse(filename).name}.json` || name === `${filename}.json`) return true;
  return (
    name.startsWith(`${filename}.`) &&
    /^\.([2-9]|[1-9]\d{1,3})\.json$/.test(name.slice(filename.length))
  );
}
