import { MetadataFolder } from '../metadata/metadata-folder.ts';
import { type AudioFolderScan, scanAudioFolder } from './audio-folder.ts';
import { mapConcurrently } from './map-concurrently.ts';
import { type OpenTrackContext, openTrack } from './open-track.ts';
import type { Track } from './track.ts';

// Opening a track is a few small reads and writes; Node has four threads for them.
const TRACKS_AT_ONCE = 8;

/** The tracks that are served, by file name: the only way from a name to a file. */
export class Library {
  #tracks = new Map<string, Track>();

  /** Sorted by file name. */
  get tracks(): Track[] {
    return [...this.#tracks.values()];
  }

  get(filename: string): Track | undefined {
    return this.#tracks.get(filename);
  }

  /**
   * Opens every WAV in `audioDir`; warns once about everything else in it that isn't hidden.
   * @throws if one of the folders can't be used
   */
  async load(audioDir: string, metadataDir: string, context: OpenTrackContext): Promise<void> {
    const scan = await scanAudioFolder(audioDir);
    for (const { filename, reason } of scan.skipped) warnSkipped(context, filename, reason);
    const opened = await openAll(scan, await MetadataFolder.open(metadataDir), context);
    this.#tracks = new Map(opened.map((track) => [track.filename, track]));
  }

  /**
   * Writes what was counted, where that is possible, and stops.
   * @returns the names of tracks of which plays are lost
   */
  async close(): Promise<string[]> {
    const isComplete = await Promise.all(this.tracks.map((track) => track.plays.close()));
    return this.tracks.filter((_, i) => !isComplete[i]).map((track) => track.filename);
  }
}

async function openAll(
  { wavs }: AudioFolderScan,
  metadata: MetadataFolder,
  context: OpenTrackContext,
): Promise<Track[]> {
  if (context.mayWrite) await metadata.removeLeftovers();
  const names = new Set(wavs.map((wav) => wav.filename));
  const claims = [];
  // One after the other: which file is free depends on those before.
  for (const wav of wavs) {
    claims.push({ wav, found: await metadata.claim(wav.filename, (name) => names.has(name)) });
  }
  const tracks = await mapConcurrently(claims, TRACKS_AT_ONCE, async ({ wav, found }) => {
    try {
      return await openTrack(wav, found, context);
    } catch (error) {
      warnSkipped(context, wav.filename, (error as Error).message);
      return undefined;
    }
  });
  return tracks.filter((track) => track !== undefined);
}

function warnSkipped({ log }: OpenTrackContext, filename: string, reason: string): void {
  log.warn({ file: filename, reason }, `${filename} is not served: ${reason}`);
}
