import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { findProgram } from './programs.ts';

export interface SoundSink {
  /** What a program needs in its environment to play into the sink. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** A sound server of our own that swallows sound at the speed at which it would be heard. */
export async function startSoundSink(): Promise<SoundSink> {
  const program = findProgram('pulseaudio');
  const folder = await mkdtemp(join(tmpdir(), 'ephemeral-sound-'));
  const socket = join(folder, 'native');
  const home = { HOME: folder, XDG_RUNTIME_DIR: folder, XDG_CONFIG_HOME: folder };
  const child = spawn(
    program,
    [
      '--daemonize=no',
      '--exit-idle-time=-1',
      '--use-pid-file=no',
      '--disable-shm=yes',
      '--realtime=no',
      '--high-priority=no',
      '-n',
      // Otherwise the sink takes 2 s at a time, and sound begins up to 1.5 s after `playing`.
      '--load=module-null-sink norewinds=1',
      `--load=module-native-protocol-unix socket=${socket} auth-anonymous=1`,
    ],
    { env: { PATH: process.env.PATH, ...home }, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let complaints = '';
  child.stderr.on('data', (text) => {
    complaints += text;
  });
  const ended = once(child, 'close');
  const end = () => child.kill();
  process.once('exit', end);
  const close = async () => {
    end();
    await ended;
    process.off('exit', end);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await vi.waitFor(() => {
      if (!existsSync(socket)) throw new Error(`pulseaudio doesn't listen: ${complaints}`);
    }, 10_000);
  } catch (error) {
    await close();
    throw error;
  }
  return { env: { ...home, PULSE_SERVER: `unix:${socket}` }, close };
}
