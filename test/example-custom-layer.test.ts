import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { expect, test } from 'vitest';

test('examples/experiments/custom-layer.ts: gradcheck passes one gradient and refuses the other, and the layer learns', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'convgrad-custom-layer-'));
  const args = ['tsx', 'examples/experiments/custom-layer.ts', '--epochs', '1', '--seed', '2', '--out', folder];
  const output = await new Promise<string>((resolve, reject) => {
    execFile('npx', args, (error, stdout) => (error ? reject(error) : resolve(stdout)));
  });
  expect(output).toMatch(/gradcheck of the gradient: 99 derivatives agree, largest difference \S+e-\d+\n/);
  // The mistake is in the thresholds' gradient, the second input's, and only there.
  const wrong = output.split('\n').find((line) => line.startsWith('gradcheck of a wrong one'));
  expect(wrong).toMatch(/input 1 at index 0: backward says \S+, the central difference \S+;/);
  expect(wrong).not.toContain('input 0');
  const [relu, soft] = [...output.matchAll(/epoch 1 .* held out ([\d.]+)%/g)].map((match) => Number(match[1]));
  expect(relu).toBeGreaterThan(88);
  expect(soft).toBeGreaterThan(85);
  expect(output).toMatch(/activation +SoftThreshold\(8\) +\[8, 12, 12\] +8 /);
  expect(output).toMatch(/weight hash [0-9a-f]{16} /);
  const thresholds = /learned thresholds ([-\d. ]+) \(from 0\.20\)/.exec(output)?.[1].split(' ') ?? [];
  expect(thresholds).toHaveLength(8);
  expect(thresholds.filter((value) => value !== '0.20').length).toBeGreaterThan(4);
  expect(decode(readFileSync(join(folder, 'filters.png'))).width).toBeGreaterThan(600);
  rmSync(folder, { recursive: true });
}, 60_000);
