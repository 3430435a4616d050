/** A question of the bench to one of its processes. */
export interface Question<Job> {
  readonly id: number;
  readonly job: Job;
}

export interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

/** In a process of the bench: answers what `Child.ask` asks. */
export function answer<Job>(work: (job: Job) => unknown): void {
  process.on('message', async ({ id, job }: Question<Job>) => {
    try {
      process.send?.({ id, result: await work(job) } satisfies Answer);
    } catch (error) {
      process.send?.({ id, error: String((error as Error).stack) } satisfies Answer);
    }
  });
}
