import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { serve } from '../support/serve.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { wavFile } from '../support/wav-files.ts';

const work = wavFile({ sampleRate: 8_000, frames: 100 });

/** A folder of works beside things that are nobody’s business. */
async function serveBesideSecrets() {
  const folder = await tempFolder();
  const audio = join(folder, 'audio');
  await mkdir(join(audio, 'sub'), { recursive: true });
  await writeFile(join(folder, 'secret.txt'), 'keep me');
  await writeFile(join(folder, 'secret.wav'), work);
  await writeFile(join(audio, 'sub', 'inner.wav'), work);
  await symlink('../secret.txt', join(audio, 'text.wav'));
  await symlink('../secret.wav', join(audio, 'link.wav'));
  await symlink(join(folder, 'secret.wav'), join(audio, 'absolute.wav'));
  await symlink('work.wav', join(audio, 'inside.wav'));
  await symlink('..', join(audio, 'up'));
  const files = { 'work.wav': work, '.hidden.wav': work };
  return { folder, server: await serve({ folder, files, env: { DEGRADATION_RATE: '100' } }) };
}

const NO_TRACKS = [
  'unknown.wav',
  'WORK.WAV',
  'work',
  'work.wav.',
  'work.wav%20',
  'work.wav%00',
  'work.wav%00.wav',
  '%00',
  '..%2fsecret.wav',
  '..%2Fsecret.txt',
  '%2e%2e%2fsecret.wav',
  '%2e%2e%2f%2e%2e%2fetc%2fpasswd',
  '..%5csecret.wav',
  '..%252fsecret.wav',
  '.%2fwork.wav',
  'sub%2f..%2fwork.wav',
  'sub%2finner.wav',
  'sub',
  'up',
  'up%2fsecret.wav',
  '%2fetc%2fpasswd',
  '.',
  '..',
  '%2e%2e',
  '.hidden.wav',
  'link.wav',
  'absolute.wav',
  'text.wav',
  'inside.wav',
  '__proto__',
  'constructor',
  'a'.repeat(5_000),
];

test('names that are no tracks are not found, and nothing is read or worn', async () => {
  const { folder, server } = await serveBesideSecrets();
  for (const route of ['stream', 'stats']) {
    for (const name of NO_TRACKS) {
      const path = `/${route}/${name}`;
      const response = await server.request(path);
      expect(response.status, path).toBe(404);
      expect(JSON.parse(response.body.toString()), path).toEqual({ error: expect.any(String) });
    }
  }
  expect(await readFile(join(folder, 'secret.txt'), 'utf8')).toBe('keep me');
  for (const untouched of ['secret.wav', 'audio/work.wav', 'audio/.hidden.wav']) {
    expect((await readFile(join(folder, untouched))).equals(work), untouched).toBe(true);
  }
});

test('paths that climb are not found', async () => {
  const { server } = await serveBesideSecrets();
  for (const path of [
    '/stream/../secret.wav',
    '/stream/../../etc/passwd',
    '/stream//etc/passwd',
    '/stream/./work.wav/..',
    '/../secret.txt',
    '/stream/',
    '/stream',
    '/audio/work.wav',
  ]) {
    expect((await server.request(path)).status, path).toBe(404);
  }
});

describe('broken percent-encoding is the client’s fault', () => {
  test.each(['/stream/%', '/stream/%zz', '/stream/%E0%A4%A', '/stats/%C3', '/stats/work%2.wav'])(
    '%s',
    async (path) => {
      const server = await serve({ files: { 'work.wav': work } });
      const response = await server.request(path);
      expect(response.status).toBe(400);
      expect(JSON.parse(response.body.toString()).error).toMatch(/percent-encoding/);
      expect(server.lines.filter(({ level }) => level >= 50)).toEqual([]);
    },
  );
});

test('any name that a file can have is found', async () => {
  const names = ['two words.wav', 'Größe.wav', '夜明け.wav', '100%.wav', 'a?b#c&d.wav', 'CAPS.WAV'];
  const server = await serve({ files: Object.fromEntries(names.map((name) => [name, work])) });
  for (const name of names) {
    const path = encodeURIComponent(name);
    const response = await server.request(`/stream/${path}`);
    expect(response.status, name).toBe(200);
    expect(response.body.equals(work), name).toBe(true);
    const stats = await server.json(`/stats/${path}`);
    expect(stats).toMatchObject({ filename: name, segment_play_counts: [1] });
  }
});
