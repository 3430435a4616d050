import { type FoundRecord, MetadataFolder } from '../metadata/metadata-folder.ts';
import { type FileStamp, isSameFile, isUnchanged } from '../play/file-stamp.ts';
import { byName, type ScannedWav, scanAudioFolder, scanFile } from './audio-folder.ts';
import type { Follower } from './folder-watch.ts';
import { mapConcurrently } from './map-concurrently.ts';
import { type OpenTrackContext, openTrack } from './open-track.ts';
import type { Track } from './track.ts';

/** Where the tracks and their records are, and how they are opened. */
interface Source {
  readonly audioDir: string;
  readonly metadata: MetadataFolder;
  readonly context: OpenTrackContext;
}

// Opening a track is a few small reads and writes; Node has four threads for them.
const TRACKS_AT_ONCE = 8;

/** The tracks that are served, by file name: the only way from a name to a file. */
export class Library implements Follower {
  #tracks = new Map<string, Track>();
  #source: Source | undefined;
  /** One change at a time: which metadata file is free depends on the tracks that there are. */
  #changes: Promise<unknown> = Promise.resolve();

  /** Sorted by file name. */
  get tracks(): Track[] {
    return [...this.#tracks.values()].sort((a, b) => byName(a.filename, b.filename));
  }

  get filenames(): Iterable<string> {
    return this.#tracks.keys();
  }

  get(filename: string): Track | undefined {
    return this.#tracks.get(filename);
  }

  changes(filename: string): number {
    return this.#tracks.get(filename)?.audio.file.changes ?? 0;
  }

  isCurrent(filename: string, stamp: FileStamp | undefined): boolean {
    const track = this.#tracks.get(filename);
    if (track === undefined || stamp === undefined) return track === stamp;
    // What another process counts, it also changes.
    const isOurs = this.#source?.context.assertMayWrite !== undefined;
    return (isOurs ? isUnchanged : isSameFile)(track.audio.file.stamp, stamp);
  }

  /**
   * Opens every WAV in `audioDir`; warns once about everything else in it that isn't hidden. Those
   * who listen to a track that there was already go on listening to it.
   * @throws if one of the folders can't be used
   */
  load(audioDir: string, metadataDir: string, context: OpenTrackContext): Promise<void> {
    return this.#change(async () => {
      const scan = await scanAudioFolder(audioDir);
      const metadata = await MetadataFolder.open(metadataDir);
      if (context.assertMayWrite) await metadata.removeLeftovers();
      this.#source = { audioDir, metadata, context };
      for (const { filename, reason } of scan.skipped) warnSkipped(context, filename, reason);
      const opened = await openAll(scan.wavs, this.#source);
      const before = this.#tracks;
      this.#tracks = new Map(opened.map((track) => [track.filename, track]));
      for (const track of opened) handOver(before.get(track.filename), track);
    });
  }

  remove(filename: string): Promise<void> {
    return this.#change(async () => {
      const track = this.#tracks.get(filename);
      if (track === undefined || this.#source === undefined) return;
      this.#tracks.delete(filename);
      track.audio.file.retire();
      await track.plays.discard();
      this.#source.metadata.release(filename);
      const { log } = this.#source.context;
      log.info({ track: filename }, `${filename} was removed or replaced: its streams end`);
    });
  }

  add(filename: string): Promise<void> {
    return this.#change(async () => {
      if (this.#source === undefined || this.#tracks.has(filename)) return;
      const { audioDir, metadata, context } = this.#source;
      const scanned = await scanFile(audioDir, filename);
      if (scanned === undefined) return;
      if ('reason' in scanned) {
        warnSkipped(context, filename, scanned.reason);
        return;
      }
      await metadata.refresh();
      const [track] = await openAll([scanned], this.#source, [...this.#tracks.keys()]);
      if (track === undefined) return;
      this.#tracks.set(filename, track);
      context.log.info({ track: filename }, `${filename} is served from now on`);
    });
  }

  async isUnfinished(filename: string): Promise<boolean> {
    if (this.#source === undefined) return false;
    const scanned = await scanFile(this.#source.audioDir, filename);
    return scanned !== undefined && ('reason' in scanned || scanned.layout.isCutOff);
  }

  /**
   * Writes what was counted, where that is possible, and stops.
   * @returns the names of tracks of which plays are lost
   */
  close(): Promise<string[]> {
    return this.#change(async () => {
      const { tracks } = this;
      const isComplete = await Promise.all(tracks.map((track) => track.plays.close()));
      this.#source = undefined;
      return tracks.filter((_, i) => !isComplete[i]).map((track) => track.filename);
    });
  }

  #change<Result>(task: () => Promise<Result>): Promise<Result> {
    const change = this.#changes.then(task);
    this.#changes = change.catch(() => {});
    return change;
  }
}

/** Those who still stream a track as it was opened before, count where it is counted now. */
function handOver(before: Track | undefined, now: Track): void {
  if (before !== undefined && isSameFile(before.audio.file.stamp, now.audio.file.stamp)) {
    before.plays = now.plays;
  }
}

/** @param others tracks that there are besides */
async function openAll(
  wavs: readonly ScannedWav[],
  { metadata, context }: Source,
  others: readonly string[] = [],
): Promise<Track[]> {
  const names = new Set([...others, ...wavs.map((wav) => wav.filename)]);
  const claims: { wav: ScannedWav; found: FoundRecord }[] = [];
  // One after the other: which file is free depends on those before.
  for (const wav of wavs) {
    try {
      const found = await metadata.claim(wav.filename, (name) => names.has(name));
      claims.push({ wav, found });
    } catch (error) {
      const reason = `its metadata can't be read: ${(error as Error).message}`;
      warnSkipped(context, wav.filename, reason);
    }
  }
  const tracks = await mapConcurrently(claims, TRACKS_AT_ONCE, async ({ wav, found }) => {
    try {
      return await openTrack(wav, found, context);
    } catch (error) {
      metadata.release(wav.filename);
      warnSkipped(context, wav.filename, (error as Error).message);
      return undefined;
    }
  });
  return tracks.filter((track) => track !== undefined);
}

function warnSkipped({ log }: OpenTrackContext, filename: string, reason: string): void {
  log.warn({ file: filename, reason }, `${filename} is not served: ${reason}`);
}
