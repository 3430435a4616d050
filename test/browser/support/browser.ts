/** A browser that is running. */
export interface TestBrowser {
  /** Somebody who shares no cookies, cache or connections with anybody else. */
  invite(): Promise<Person>;
  close(): Promise<void>;
}

export interface Person {
  open(url: string): Promise<Tab>;
  /** Closes what is open. */
  leave(): Promise<void>;
}

/** An open page. */
export interface Tab {
  /** @returns what the expression, or the promise it is, comes to */
  evaluate<T>(expression: string): Promise<T>;
  click(selector: string): Promise<void>;
  close(): Promise<void>;
}
