import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { Dense, ones } from '../../src/index.js';
import { exportOnnx } from '../../src/onnx/index.js';
import { launch } from '../browser/page.js';
import { temporaryFolder } from '../temporary-folder.js';
import { compare } from './compare.js';
import { models } from './models.js';
import { inNode } from './onnxruntime.js';

// The files of exportOnnx, run by onnxruntime-web and checked by ONNX's own checker.

/** Of the largest output. */
const LIMIT = 2e-6;
const python = process.env.PYTHON ?? '/usr/bin/python3';
const folder = temporaryFolder('onnx');

function expectEqual(differences: Record<string, number>): void {
  expect(Object.keys(differences)).toEqual(models.map(({ name }) => name));
  expect(Object.keys(differences).length).toBeGreaterThan(60);
  expect(Object.entries(differences).filter(([, value]) => !(value <= LIMIT))).toEqual([]);
}

test('onnxruntime-web in Node computes what the models compute, on 1, 5 and 16 examples', async () => {
  const differences = await compare(await inNode());
  expectEqual(differences);
  const [worst, most] = Object.entries(differences).reduce((a, b) => (a[1] > b[1] ? a : b));
  console.log(`${models.length} models, largest difference in Node: ${most.toExponential(1)} (${worst})`);
});

test('so it does in Chromium', async () => {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('page.ts', import.meta.url))],
    bundle: true,
    format: 'esm',
    write: false,
    logLevel: 'error',
  });
  const runtime = fileURLToPath(new URL('node_modules/onnxruntime-web/dist', import.meta.url));
  const server = createServer(({ url = '/' }, response) => {
    const type = url.endsWith('.wasm') ? 'application/wasm' : /js$/.test(url) ? 'text/javascript' : 'text/html';
    response.setHeader('Content-Type', type);
    if (url === '/') response.end('<!doctype html><script type="module" src="/page.js"></script>');
    else if (url === '/page.js') response.end(outputFiles[0].text);
    else if (/^\/ort[\w.-]+$/.test(url)) response.end(readFileSync(join(runtime, url)));
    else response.end(); // The page's icon.
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const browser = await launch();
  try {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await expect.poll(() => page.evaluate('typeof window.result'), { timeout: 60_000 }).toBe('object');
    expectEqual(await page.evaluate<Record<string, number>>('window.result'));
    expect(errors).toEqual([]);
  } finally {
    await browser.close();
    await new Promise((resolve) => server.close(resolve));
  }
});

test("ONNX's checker accepts every file, with its shapes inferred", () => {
  models.forEach(({ model, inputShape }, i) => {
    writeFileSync(join(folder, `${i}.onnx`), exportOnnx(model, { inputShape }));
  });
  const program = `
import onnx, sys
for i in range(${models.length}):
    model = onnx.load(f"{sys.argv[1]}/{i}.onnx")
    onnx.checker.check_model(model, full_check=True)
    assert [(each.domain, each.version) for each in model.opset_import] == [("", 17)]
    print(i, model.graph.input[0].type.tensor_type.shape.dim[0].dim_param)`;
  const lines = execFileSync(python, ['-c', program, folder], { encoding: 'utf8' }).trim().split('\n');
  expect(lines).toEqual(models.map((_, i) => `${i} N`));
});

test('the comparison sees a difference, and the checker a mistake', async () => {
  const open = await inNode();
  const model = new Dense(2, 1);
  const file = exportOnnx(model, { inputShape: [2] });
  const run = await open(file);
  model.weight.data[0] += 1;
  const [{ data }] = await run([ones([1, 2])]);
  expect(Math.abs(data[0] - model.forward(ones([1, 2])).item())).toBeCloseTo(1, 5);
  writeFileSync(
    join(folder, 'wrong.onnx'),
    Buffer.from(Buffer.from(file).toString('latin1').replaceAll('Gemm', 'Gamm'), 'latin1'),
  );
  const program = 'import onnx, sys; onnx.checker.check_model(sys.argv[1])';
  const check = () => execFileSync(python, ['-c', program, join(folder, 'wrong.onnx')], { stdio: 'pipe' });
  expect(check).toThrow(/No Op registered for Gamm/);
});
