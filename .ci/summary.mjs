// Adds up vitest's JSON reports and prints the line that CI reads. A step that failed without a
// failed test (lint, types, a runner that never got to its tests) counts as one failure.
import { readFileSync } from 'node:fs';

const [failedSteps, ...reports] = process.argv.slice(2);
let passed = 0;
let failed = 0;
for (const path of reports) {
  try {
    const report = JSON.parse(readFileSync(path, 'utf8'));
    passed += report.numPassedTests;
    failed += report.numFailedTests;
  } catch (error) {
    process.stdout.write(`${path}: ${error.message}\n`);
    failed++;
  }
}
failed = Math.max(failed, Number(failedSteps));
if (passed === 0) failed = Math.max(failed, 1);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);
