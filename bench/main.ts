/**
 * `npm run bench -- [engine] [downloads] [players] [start] [growth] [--quick]`: all parts if none is
 * named. `BENCH_NODE_OPTIONS='--cpu-prof --cpu-prof-dir=/tmp/profiles'` profiles the server.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { downloads } from './downloads.ts';
import { engine } from './engine.ts';
import { growth } from './growth.ts';
import { players } from './players.ts';
import { start } from './start.ts';
import type { Part, PartResult } from './support/part.ts';
import { ROOT } from './support/places.ts';
import { render, type Table } from './support/table.ts';

const PARTS: Readonly<Record<string, Part>> = { engine, downloads, players, start, growth };

const args = process.argv.slice(2);
const isQuick = args.includes('--quick');
const chosen = args.filter((arg) => arg !== '--quick');
const unknown = chosen.find((name) => !(name in PARTS));
if (unknown !== undefined) {
  process.stderr.write(`${unknown} is no part: choose of ${Object.keys(PARTS).join(', ')}\n`);
  process.exit(1);
}
// On its way out it ends its processes and removes its folders.
process.on('SIGINT', () => process.exit(130));

const machine = machineOf();
process.stdout.write(`${machine.cpu}, ${machine.cores} cores, Node ${machine.node}\n`);
const parts: Record<string, PartResult> = {};
for (const name of chosen.length > 0 ? chosen : Object.keys(PARTS)) {
  const result = await PARTS[name]?.({ isQuick });
  if (result === undefined) continue;
  parts[name] = result;
  for (const table of result.tables) process.stdout.write(`\n${render(table)}`);
}
process.stdout.write(`\n${render(goalTable(parts))}`);
writeFileSync(join(ROOT, 'bench', 'results.json'), `${JSON.stringify(summary(), undefined, 2)}\n`);
process.exit(0);

function goalTable(results: Readonly<Record<string, PartResult>>): Table {
  const goals = Object.values(results).flatMap((result) => result.goals);
  return {
    title: 'Promises',
    head: ['what', 'promised', 'measured', ''],
    rows: goals.map(({ what, promised, measured, isReached }) => [
      what,
      promised,
      measured,
      isReached ? 'reached' : 'MISSED',
    ]),
  };
}

function summary() {
  const figures = Object.entries(parts).map(([name, { goals, figures }]) => [
    name,
    { goals, figures },
  ]);
  return { machine, isQuick, parts: Object.fromEntries(figures) };
}

function machineOf() {
  return {
    date: new Date().toISOString(),
    commit: execFileSync('git', ['describe', '--always', '--dirty'], { cwd: ROOT })
      .toString()
      .trim(),
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGib: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    loadBefore: loadavg()[0],
  };
}
