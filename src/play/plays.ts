/** The plays of one track: what is known of them, and where new ones go. */
export interface Plays {
  /** Plays of each segment that the file holds. */
  readonly counts: Uint32Array;
  /** Listenings that counted at least one segment. */
  readonly streams: number;
  /** One listener heard one segment to its end. */
  count(segment: number): void;
  /** A listening is about to count its first segment. */
  countStream(): void;
  /** Brings `counts` and `streams` up to date, as far as that can be done now. */
  flush(): Promise<void>;
  /**
   * Writes what was counted, if that can be done; counts no more.
   * @returns whether every play is in the file
   */
  close(): Promise<boolean>;
  /** Counts no more and changes no more: the file is gone. Resolves when the last write has ended. */
  discard(): Promise<void>;
}
