import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { readFully } from '../wav/byte-source.ts';
import { type FileStamp, isSameFile, isUnchanged, stampOf } from './file-stamp.ts';

/** The file under a track's name is no longer the one that was scanned, or somebody changed it. */
export class TrackReplacedError extends Error {
  override readonly name = 'TrackReplacedError';
}

/** A file that is open for reading, for others too. */
export interface OpenFile {
  readonly handle: FileHandle;
  /** To be called once, when nothing is read any more. */
  readonly close: () => Promise<void>;
}

interface SharedHandle {
  readonly opened: Promise<FileHandle>;
  users: number;
}

/** One WAV on disk, for as long as it is the file that was scanned. */
export class AudioFile {
  readonly #path: string;
  #stamp: FileStamp;
  #changes = 0;
  #isRetired = false;
  /**
   * While anybody reads. With a file opened for each, the first byte's median was 0.5 s when 2,000
   * listeners arrived within 2 s, instead of 0.03 s.
   */
  #shared: SharedHandle | undefined;

  constructor(path: string, stamp: FileStamp) {
    this.#path = path;
    this.#stamp = stamp;
  }

  /** The file as it was after our last change to it. */
  get stamp(): FileStamp {
    return this.#stamp;
  }

  /** Goes up when we begin to change the file, and when we have: odd in between. */
  get changes(): number {
    return this.#changes;
  }

  /** From now on nothing is read from it or written to it. */
  retire(): void {
    this.#isRetired = true;
  }

  /**
   * Opens it for reading, if it is still the one that was scanned.
   * @throws TrackReplacedError
   */
  async open(): Promise<OpenFile> {
    this.#assertNotRetired();
    this.#shared ??= { opened: this.#openToRead(), users: 0 };
    const shared = this.#shared;
    shared.users++;
    try {
      return { handle: await shared.opened, close: () => this.#leave(shared) };
    } catch (error) {
      await this.#leave(shared);
      throw error;
    }
  }

  /**
   * Opens it for `task` to read from it.
   * @throws TrackReplacedError, or what `task` throws
   */
  async look<Result>(task: (file: FileHandle) => Promise<Result>): Promise<Result> {
    const { handle, close } = await this.open();
    try {
      return await task(handle);
    } finally {
      await close();
    }
  }

  /**
   * Opens it for `task` to change it, if nobody else has since we did: offsets found in one file
   * must never be written to in another.
   * @throws TrackReplacedError, or what `task` throws
   */
  async change(task: (file: FileHandle) => Promise<void>): Promise<void> {
    const file = await this.#open(constants.O_RDWR, (stamp) => isUnchanged(stamp, this.#stamp));
    this.#changes++;
    try {
      await task(file);
    } finally {
      this.#stamp = stampOf(await file.stat({ bigint: true }));
      this.#changes++;
      await file.close();
    }
  }

  /**
   * Reads exactly `length` bytes.
   * @param into what to read into, of at least that length: the result is a view of it
   * @throws TrackReplacedError
   */
  async read(file: FileHandle, offset: number, length: number, into?: Buffer): Promise<Buffer> {
    this.#assertNotRetired();
    const bytes = await readFully(file, offset, length, into);
    if (bytes.length < length) throw new TrackReplacedError('the file has become shorter');
    return bytes;
  }

  #openToRead(): Promise<FileHandle> {
    return this.#open(constants.O_RDONLY, (stamp) => isSameFile(stamp, this.#stamp));
  }

  /** The last one out closes it. */
  async #leave(shared: SharedHandle): Promise<void> {
    shared.users--;
    if (shared.users > 0) return;
    if (this.#shared === shared) this.#shared = undefined;
    await shared.opened.then(
      (handle) => handle.close(),
      () => {},
    );
  }

  #assertNotRetired(): void {
    if (this.#isRetired) throw new TrackReplacedError('the file was removed or replaced');
  }

  async #open(access: number, isOurs: (stamp: FileStamp) => boolean): Promise<FileHandle> {
    this.#assertNotRetired();
    const file = await open(this.#path, access | constants.O_NOFOLLOW);
    try {
      const stat = await file.stat({ bigint: true });
      if (!stat.isFile() || !isOurs(stampOf(stat))) {
        throw new TrackReplacedError('the file was replaced or changed since it was scanned');
      }
      return file;
    } catch (error) {
      await file.close();
      throw error;
    }
  }
}
