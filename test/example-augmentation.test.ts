import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { expect, test } from 'vitest';

test('examples/experiments/augmentation.ts draws the picture that is in examples/images', () => {
  const folder = mkdtempSync(join(tmpdir(), 'convgrad-augmentation-'));
  const output = execFileSync(
    process.execPath,
    ['--import', 'tsx', 'examples/experiments/augmentation.ts', '--out', folder],
    {
      encoding: 'utf8',
    },
  );
  expect(output).toBe(`written: ${join(folder, 'augmentation.png')}\n`);
  const [drawn, kept] = [folder, 'examples/images'].map((path) => decode(readFileSync(join(path, 'augmentation.png'))));
  expect([drawn.width, drawn.height]).toEqual([kept.width, kept.height]);
  expect(Buffer.compare(drawn.data as Uint8Array, kept.data as Uint8Array)).toBe(0);
  rmSync(folder, { recursive: true });
});
