import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { transformSync } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PAGE } from '../../.ci/entries.js';
import { packMnist } from '../../datasets/index.js';
import { openFirefox } from './firefox.js';
import { openChromium } from './page.js';
import { pageOf, type Site, visit } from './static-host.js';

// The file for pages without a bundler, on a host of static files, in Chromium and in Firefox.

const FILE = `${PAGE.file}.js`;
/** The guide's page, and its program. */
const [, page] = /```html\n([\s\S]*?)```/.exec(readFileSync('docs/guides/in-a-page.md', 'utf8'))!;
const [, program] = /<script type="module">\n([\s\S]*?)<\/script>/.exec(page)!;

/** A program for the file's reader and for `loadMnist`: what it refuses, and how well an untrained network does. */
const DIGITS = `
import { Conv2D, Dense, evaluate, Flatten, loadMnist, manualSeed, readMnist, Sequential } from './${FILE}';
const refusal = await loadMnist().then(() => 'none', (error) => error.name + ': ' + error.message);
const response = await fetch('digits.bin');
const { heldOut } = await readMnist(new Uint8Array(await response.arrayBuffer()), { seed: 3 });
manualSeed(1);
const model = new Sequential(new Conv2D(1, 4, 5, { stride: 2 }), new Flatten(), new Dense(4 * 12 * 12, 10));
document.querySelector('pre').textContent = JSON.stringify([refusal, heldOut.length, evaluate(model, heldOut).loss]);`;

/** The program with two threads asked for; it tells how many there are, too. */
const withThreads = program
  .replace('manualSeed(7);', 'const threads = await setThreads(2);\n  manualSeed(7);')
  .replace('import { ', 'import { setThreads, ')
  .replace('`accuracy', "threads + ' threads, ' + `accuracy");

/** A training with all that is not plain arithmetic; it shows every number that comes out. */
const numbers = `
import * as convgrad from './${FILE}';
${transformSync(readFileSync('test/browser/training.ts', 'utf8'), { loader: 'ts' }).code}
document.querySelector('pre').textContent = JSON.stringify(train(convgrad, 1));`;

/** Stands for the page in a worker and in Node: what is shown there is handed to `show`. */
const shown = (show: string) => `const document = { querySelector: () => ({ set textContent(text) { ${show}; } }) };\n`;

/** A page that shows what its worker does. */
const WORKER_PAGE = pageOf(`
  const worker = new Worker('train.js', { type: 'module' });
  worker.onmessage = ({ data }) => { document.querySelector('pre').textContent = data; };
  worker.onerror = ({ message }) => { throw new Error('the worker failed: ' + message); };`);

let digits: Uint8Array;
let folder: string;
beforeAll(async () => {
  digits = await packMnist();
  folder = mkdtempSync(join(tmpdir(), 'convgrad-node-'));
  // In Node the same names come from the package's entries.
  const dist = resolve('dist');
  writeFileSync(join(folder, FILE), PAGE.holds.map((path) => `export * from '${dist}/${path}.js';\n`).join(''));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What the program shows in Node. */
function inNode(code: string): string {
  writeFileSync(join(folder, 'train.js'), shown('console.log(text)') + code);
  return execFileSync(process.execPath, ['train.js'], { cwd: folder, encoding: 'utf8' }).trim();
}

describe.each([
  ['Chromium', openChromium],
  ['Firefox', openFirefox],
] as const)('in %s', (_, open) => {
  /** What the page shows; the package's file and the digits lie beside it. */
  const show = (page: string, { worker, isolated }: { worker?: string; isolated?: boolean } = {}) => {
    const files: Site['files'] = { [FILE]: readFileSync(join('dist', FILE)), 'digits.bin': digits };
    if (worker) files['train.js'] = worker;
    return visit(open, { page, files, isolated });
  };

  test("the guide's page trains to the same weights as in Node", async () => {
    const here = inNode(program);
    expect(here).toMatch(/^accuracy (0\.9\d*|1), weights [0-9a-f]{16}$/);
    expect(await show(page)).toBe(here);
  });

  test('every function gives the same numbers as in Node, to the last bit', async () => {
    const here = inNode(numbers);
    expect(JSON.parse(here).functions).toHaveLength(9000);
    expect(await show(pageOf(numbers))).toBe(here);
  });

  test('a module worker trains to the same weights, too', async () => {
    const worker = shown('postMessage(text)') + program;
    expect(await show(WORKER_PAGE, { worker })).toBe(inNode(program));
  });

  test('a page and a worker that are cross-origin isolated have two threads, and others one', async () => {
    const here = inNode(withThreads);
    expect(here).toMatch(/^2 threads, accuracy/);
    expect(await show(pageOf(withThreads), { isolated: true })).toBe(here);
    const worker = shown('postMessage(text)') + withThreads;
    expect(await show(WORKER_PAGE, { worker, isolated: true })).toBe(here);
    expect(await show(pageOf(withThreads))).toBe(here.replace('2 threads', '1 threads'));
  });

  test('loadMnist says what to do, and its digits come from a file', async () => {
    const [refusal, count, loss] = JSON.parse(await show(pageOf(DIGITS)));
    expect(refusal).toMatch(
      /^ArgumentError: loadMnist: expected the package mnist, which a page without a bundler does/,
    );
    expect(refusal).toContain('packMnist of convgrad/datasets');
    const node = DIGITS.replace(
      /const response[\s\S]*?\n.*\n/,
      'const { heldOut } = await loadMnist({ seed: 3 });\n',
    ).replace("from './", `from '${folder}/`);
    expect([count, loss]).toEqual(JSON.parse(inNode(node)).slice(1));
  });

  test('what fails in the page fails here', async () => {
    await expect(show(pageOf(`import { none } from './${FILE}';`))).rejects.toThrow(/none/);
    await expect(show(pageOf(`import './missing.js';`))).rejects.toThrow('the page failed: ');
  });
});
