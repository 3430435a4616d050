import { afterEach, describe, expect, test, vi } from 'vitest';
import { KeyedMutex, LockTimeoutError } from '../src/keyed-mutex.ts';

/** A task that goes on until it is told to end. */
function openTask<Result>() {
  let end!: (result: Result) => void;
  let fail!: (error: Error) => void;
  const promise = new Promise<Result>((resolve, reject) => {
    end = resolve;
    fail = reject;
  });
  const task = vi.fn(() => promise);
  return { task, end, fail };
}

afterEach(() => {
  vi.useRealTimers();
});

describe('tasks under one key', () => {
  test('never overlap, so none of their changes is lost', async () => {
    const mutex = new KeyedMutex<string>(60_000);
    let counter = 0;
    let inside = 0;
    let most = 0;
    const increment = async () => {
      most = Math.max(most, ++inside);
      const seen = counter;
      for (let i = 0; i < 5; i++) await null;
      counter = seen + 1;
      inside--;
    };
    await Promise.all(Array.from({ length: 200 }, () => mutex.runExclusive('a', increment)));
    expect(counter).toBe(200);
    expect(most).toBe(1);
  });

  test('run in the order in which they came', async () => {
    const mutex = new KeyedMutex<string>(60_000);
    const order: number[] = [];
    const tasks = Array.from({ length: 20 }, (_, i) =>
      mutex.runExclusive('a', async () => void order.push(i)),
    );
    await Promise.all(tasks);
    expect(order).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  test('give back their results', async () => {
    const mutex = new KeyedMutex<string>(60_000);
    expect(await mutex.runExclusive('a', async () => 'result')).toBe('result');
  });
});

test('another key is not held up', async () => {
  const mutex = new KeyedMutex<number>(60_000);
  const held = openTask<string>();
  const first = mutex.runExclusive(1, held.task);
  expect(await mutex.runExclusive(2, async () => 'free')).toBe('free');
  held.end('done');
  expect(await first).toBe('done');
});

describe('a task that throws', () => {
  test('passes its error on and leaves the key free', async () => {
    const mutex = new KeyedMutex<string>(60_000);
    const failure = new Error('disk on fire');
    await expect(mutex.runExclusive('a', () => Promise.reject(failure))).rejects.toBe(failure);
    expect(await mutex.runExclusive('a', async () => 'free')).toBe('free');
  });

  test('before it awaits anything does the same', async () => {
    const mutex = new KeyedMutex<string>(60_000);
    const throwing = () => {
      throw new Error('at once');
    };
    await expect(mutex.runExclusive('a', throwing)).rejects.toThrow('at once');
    expect(mutex.size).toBe(0);
    expect(await mutex.runExclusive('a', async () => 'free')).toBe('free');
  });

  test('lets those who wait behind it run', async () => {
    const mutex = new KeyedMutex<string>(60_000);
    const held = openTask<string>();
    const first = mutex.runExclusive('a', held.task);
    const second = mutex.runExclusive('a', async () => 'next');
    held.fail(new Error('disk on fire'));
    await expect(first).rejects.toThrow('disk on fire');
    expect(await second).toBe('next');
  });
});

describe('a key that is held for too long', () => {
  test('is given up after the timeout, not before, and the task never runs', async () => {
    vi.useFakeTimers();
    const mutex = new KeyedMutex<string>(5_000);
    const held = openTask<string>();
    const late = vi.fn(async () => 'late');
    const first = mutex.runExclusive('a', held.task);
    const settled = vi.fn();
    const second = mutex.runExclusive('a', late).catch((error: unknown) => error);
    void second.then(settled);

    await vi.advanceTimersByTimeAsync(4_999);
    expect(settled).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(settled).toHaveBeenCalled();
    expect(await second).toBeInstanceOf(LockTimeoutError);

    held.end('done');
    expect(await first).toBe('done');
    await vi.runAllTimersAsync();
    expect(late).not.toHaveBeenCalled();
  });

  test('is free again for others once its holder ends', async () => {
    vi.useFakeTimers();
    const mutex = new KeyedMutex<string>(5_000);
    const held = openTask<string>();
    const first = mutex.runExclusive('a', held.task);
    const gaveUp = mutex.runExclusive('a', async () => 'never').catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(4_000);
    const patient = mutex.runExclusive('a', async () => 'patient');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await gaveUp).toBeInstanceOf(LockTimeoutError);
    held.end('done');
    expect(await first).toBe('done');
    expect(await patient).toBe('patient');
    expect(mutex.size).toBe(0);
  });

  test('leaves no timer behind when it is had in time', async () => {
    vi.useFakeTimers();
    const mutex = new KeyedMutex<string>(5_000);
    await Promise.all([1, 2, 3].map(() => mutex.runExclusive('a', async () => {})));
    expect(vi.getTimerCount()).toBe(0);
  });

  test('the time a task takes is not the time it waits', async () => {
    vi.useFakeTimers();
    const mutex = new KeyedMutex<string>(5_000);
    const held = openTask<string>();
    const result = mutex.runExclusive('a', held.task);
    await vi.advanceTimersByTimeAsync(60_000);
    held.end('slow, but done');
    expect(await result).toBe('slow, but done');
  });
});

describe('keys cost memory only while they are used', () => {
  test('a key is dropped with its last user', async () => {
    const mutex = new KeyedMutex<number>(60_000);
    const [one, two] = [openTask<void>(), openTask<void>()];
    const tasks = [mutex.runExclusive(1, one.task), mutex.runExclusive(1, two.task)];
    expect(mutex.size).toBe(1);
    one.end();
    await tasks[0];
    expect(mutex.size).toBe(1);
    two.end();
    await tasks[1];
    expect(mutex.size).toBe(0);
  });

  test('ten thousand segments heard leave nothing', async () => {
    const mutex = new KeyedMutex<number>(60_000);
    await Promise.all(
      Array.from({ length: 10_000 }, (_, segment) => mutex.runExclusive(segment, async () => {})),
    );
    expect(mutex.size).toBe(0);
  });

  test('a new user of a dropped key is still kept from its next one', async () => {
    const mutex = new KeyedMutex<number>(60_000);
    await mutex.runExclusive(1, async () => {});
    const held = openTask<void>();
    const next = vi.fn(async () => {});
    const tasks = [mutex.runExclusive(1, held.task), mutex.runExclusive(1, next)];
    await vi.waitFor(() => expect(held.task).toHaveBeenCalled());
    expect(next).not.toHaveBeenCalled();
    held.end();
    await Promise.all(tasks);
    expect(next).toHaveBeenCalledOnce();
  });
});
