import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import { writeDemoPiece } from './demo-piece.ts';
import type { Health } from './health.ts';
import { FolderWatch } from './library/folder-watch.ts';
import type { Library } from './library/library.ts';
import { takeWriterLock, type WriterLock } from './writer-lock.ts';

export interface CustodyContext {
  readonly config: Config;
  readonly log: Logger;
  readonly library: Library;
  readonly health: Health;
  /** Called when another process may have begun to write: this one must end at once. */
  readonly onLost: (error: Error) => void;
}

// How often a process that waits for the lock asks for it.
const TAKEOVER_INTERVAL_MS = 2_000;

/** The care of the two folders, which one process has at a time while others only look on. */
export class Custody {
  readonly #context: CustodyContext;
  #lock: WriterLock | undefined;
  /** Why this process doesn't count, if it doesn't. */
  #reason: string | undefined;
  #watch: FolderWatch | undefined;
  #timer: NodeJS.Timeout | undefined;
  #takeover: Promise<void> | undefined;
  #ended = false;

  constructor(context: CustodyContext) {
    this.#context = context;
  }

  /**
   * Loads the library, to count and degrade if no other process does, else to look on until that
   * one is gone.
   * @throws if a folder can't be used
   */
  async begin(): Promise<void> {
    const { config, log } = this.#context;
    // A volume is empty when it is mounted for the first time.
    await mkdir(config.metadataDir, { recursive: true });
    if ((await mkdir(config.audioDir, { recursive: true })) !== undefined) {
      log.warn(`there was no folder ${resolve(config.audioDir)}: made it, to put WAV files into`);
    }
    // Before the folder is read, so that nothing that changes meanwhile is missed.
    this.#watch = new FolderWatch({
      folder: config.audioDir,
      pollMs: config.watchPollMs,
      follower: this.#context.library,
      log,
    });
    if (await this.#take()) return;
    await this.#load();
    this.#waitForLock();
  }

  /** Writes what was counted and leaves the folders to others. */
  async end(): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#timer);
    await this.#watch?.close();
    await this.#takeover;
    const lost = await this.#context.library.close();
    for (const track of lost) {
      this.#context.log.error({ track }, `plays of ${track} could not be recorded and are lost`);
    }
    await this.#lock?.release();
  }

  /** Takes the lock and loads the library to count; says whether it could. */
  async #take(): Promise<boolean> {
    const { config, log, health, onLost } = this.#context;
    try {
      this.#lock = await takeWriterLock(config.metadataDir, onLost);
      if (this.#lock === undefined) {
        this.#lookOn('Another process counts the plays of these folders: read-only until it ends.');
        return false;
      }
      await this.#writeDemoPiece();
    } catch (error) {
      this.#lookOn(`Nothing can be written, so no plays are counted: ${(error as Error).message}.`);
      await this.#lock?.release();
      this.#lock = undefined;
      return false;
    }
    await this.#load();
    if (this.#reason !== undefined) log.info('plays are counted here from now on');
    this.#reason = undefined;
    health.set('lock', undefined);
    return true;
  }

  /** Says once why this process doesn't count. */
  #lookOn(reason: string): void {
    if (reason === this.#reason) return;
    this.#reason = reason;
    this.#context.health.set('lock', reason);
    this.#context.log.warn(reason);
  }

  #waitForLock(): void {
    if (this.#ended) return;
    this.#timer = setTimeout(() => {
      this.#takeover = this.#take()
        .catch((err: Error) => this.#context.log.error({ err }, 'taking over failed'))
        .then(() => {
          if (this.#lock === undefined) this.#waitForLock();
        });
    }, TAKEOVER_INTERVAL_MS);
  }

  async #load(): Promise<void> {
    const { config, log, library, health } = this.#context;
    const lock = this.#lock;
    await library.load(config.audioDir, config.metadataDir, {
      ...(lock && { assertMayWrite: () => lock.assertHeld() }),
      settings: config,
      log,
      onFailure: (filename, failure) => {
        const reason = `Plays of ${filename} can't be recorded: ${failure?.message}.`;
        health.set(`track ${filename}`, failure && reason);
        if (failure) log.error({ err: failure, track: filename }, reason);
        else log.info({ track: filename }, `plays of ${filename} are recorded again`);
      },
    });
  }

  /** A fresh clone has something to play; a folder that somebody configured is theirs. */
  async #writeDemoPiece(): Promise<void> {
    const { config, log } = this.#context;
    if (!config.isAudioDirDefault) return;
    const path = await writeDemoPiece(config.audioDir);
    if (path !== undefined) {
      log.info(`${resolve(config.audioDir)} was empty: wrote a short piece to listen to, ${path}`);
    }
  }
}
