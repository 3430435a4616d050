/** Why the server can't count and degrade right now; nothing while it can. */
export class Health {
  readonly #reasons = new Map<string, string>();

  /** The reasons, oldest first. */
  get reasons(): string[] {
    return [...this.#reasons.values()];
  }

  /**
   * @param cause what the reason is about: a new reason for the same cause takes the old one's place
   * @param reason a sentence, or undefined when the cause is gone
   */
  set(cause: string, reason: string | undefined): void {
    if (reason === undefined) this.#reasons.delete(cause);
    else this.#reasons.set(cause, reason);
  }
}
