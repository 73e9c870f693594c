import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { expect, test } from 'vitest';
import { readSafetensors } from '../src/index.js';

test('examples/experiments/autoencoder.ts, two epochs: it draws better than the mean digit, and says how edge-like its filters are', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'convgrad-autoencoder-'));
  const args = ['tsx', 'examples/experiments/autoencoder.ts', '--epochs', '2', '--seed', '2', '--out', folder];
  const output = await new Promise<string>((resolve, reject) => {
    execFile('npx', args, (error, stdout) => (error ? reject(error) : resolve(stdout)));
  });
  expect(output).toMatch(/code +Conv2D\(16, 16, 7x7\) +\[16, 1, 1\]/);
  const { error, meanError, explained, study, weightHash } = JSON.parse(
    readFileSync(join(folder, 'metrics.json'), 'utf8'),
  );
  // The mean squared error of the mean digit is the variance of a pixel among digits, whatever the seed.
  expect(Math.abs(meanError - 0.067)).toBeLessThan(0.003);
  expect(explained).toBeCloseTo(1 - error / meanError, 10);
  expect(explained).toBeGreaterThan(0.1);
  expect(study.shape).toEqual([12, 1, 5, 5]);
  expect(study.after.nulls.map(({ kind }: { kind: string }) => kind)).toEqual(['normal', 'colored']);
  expect(output).toContain(study.conclusion);
  const { metadata } = readSafetensors(readFileSync(join(folder, 'model.safetensors')));
  expect([metadata.weightHash, output]).toEqual([weightHash, expect.stringContaining(`weight hash ${weightHash} `)]);
  for (const name of ['reconstructions', 'filters']) {
    expect(decode(readFileSync(join(folder, `${name}.png`))).width).toBeGreaterThan(900);
  }
  rmSync(folder, { recursive: true });
}, 60_000);
