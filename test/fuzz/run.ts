/**
 * Tries every reader of bytes on damaged files, and fails when one of them throws an error that is not convgrad's own,
 * takes more than a second or floods the memory.
 *
 *     npm run fuzz -- --inputs 100000 --reader png --seed 0
 */
import { parseArgs } from 'node:util';
import '../../src/wasm/install.js';
import { fuzz } from './fuzz.js';
import { subjects } from './subjects.js';

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '10000' },
    reader: { type: 'string', multiple: true },
    seed: { type: 'string', default: '0' },
    from: { type: 'string', default: '0' },
  },
});

console.log('reader               inputs     read  slowest  memory  findings');
for (const subject of await subjects()) {
  if (values.reader && !values.reader.includes(subject.name)) continue;
  const result = await fuzz(subject, Number(values.inputs), values.seed, Number(values.from));
  const { name, inputs, read, slowestMs, largestGrowth, findings } = result;
  const figures = [
    inputs,
    read,
    `${slowestMs.toFixed(0)} ms`,
    `${(largestGrowth / 1e6).toFixed(0)} MB`,
    findings.length,
  ];
  console.log(name.padEnd(18), figures.map((each) => String(each).padStart(8)).join(' '));
  for (const { input, what, bytes } of findings.slice(0, 5)) {
    console.log(
      `  input ${input}: ${what.slice(0, 300)}\n    ${Buffer.from(bytes.subarray(0, 200)).toString('base64')}`,
    );
  }
  if (findings.length > 0) process.exitCode = 1;
}
