import type { Tab } from './browser.ts';
import type { Diary } from './diary.ts';
import type { Pass } from './expected-plays.ts';

/** What `listener.js` says about a visit. */
export interface Report {
  readonly passes: readonly Pass[];
  /** `played` of the element */
  readonly played: readonly Pass[];
  /** Times at which the sound had to wait for data, other than at its beginning or after a seek. */
  readonly waits: number;
  /** Seconds by which the sound fell behind. */
  readonly lateness: number;
  readonly events: readonly {
    readonly at: number;
    readonly type: string;
    readonly currentTime: number;
    readonly bufferedTo: number;
  }[];
}

/** Somebody at a page. */
export class Visit {
  readonly #tab: Tab;
  readonly #name: string;
  readonly #diary: Diary;
  #report: Report | undefined;

  constructor(tab: Tab, name: string, diary: Diary) {
    this.#tab = tab;
    this.#name = name;
    this.#diary = diary;
    diary.note(name, 'page is open');
  }

  /**
   * What was heard.
   * @throws while the page is open
   */
  get report(): Report {
    if (this.#report === undefined) throw new Error(`${this.#name} goes on`);
    return this.#report;
  }

  /** Plays, and goes on until the element is at a position. */
  playTo(seconds: number): Promise<void> {
    return this.#tab.evaluate(`listener.playTo(${seconds})`);
  }

  playToEnd(): Promise<void> {
    return this.#tab.evaluate('listener.playToEnd()');
  }

  /** Listens to what plays already. */
  heardTo(seconds: number): Promise<void> {
    return this.#tab.evaluate(`listener.heardTo(${seconds})`);
  }

  /** Listens until a track that begins again by itself has ended so many times. */
  wentRound(times: number): Promise<void> {
    return this.#tab.evaluate(`listener.wentRound(${times})`);
  }

  async pause(): Promise<void> {
    await this.#tab.evaluate('listener.pause()');
    this.#diary.note(this.#name, 'paused');
  }

  async seek(seconds: number): Promise<void> {
    await this.#tab.evaluate(`listener.seek(${seconds})`);
    this.#diary.note(this.#name, `sought ${seconds}`);
  }

  click(selector: string): Promise<void> {
    return this.#tab.click(selector);
  }

  evaluate<T>(expression: string): Promise<T> {
    return this.#tab.evaluate(expression);
  }

  /** Closes the page. */
  async leave(): Promise<void> {
    if (this.#report !== undefined) return;
    this.#report = await this.#tab.evaluate<Report>('listener.report()');
    const reported = Date.now();
    await this.#tab.close();
    this.#diary.note(this.#name, `page is closed, ${Date.now() - reported} ms after its report`);
    for (const { at, type, currentTime, bufferedTo } of this.#report.events) {
      const where = `at ${currentTime.toFixed(3)}, buffered to ${bufferedTo.toFixed(3)}`;
      this.#diary.note(this.#name, `${type} ${where}`, at);
    }
  }
}
