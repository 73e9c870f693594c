import { execSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEFAULTS } from '../../examples/playground/src/state/settings.js';
import { writeNetwork } from '../../examples/playground/src/takeaway/network-file.js';
import { networkOf } from '../../examples/playground/src/worker/job.js';
import { weightHash, zeros } from '../../src/index.js';
import { readSafetensors, writeSafetensors } from '../../src/io/index.js';
import { comeTo, openPlayground, type Playground, resetButton, trainToEnd } from './playground-page.js';

let playground: Playground;
beforeAll(async () => {
  playground = await openPlayground();
});
afterAll(() => playground.close());

const says = (page: Page) => page.getByTestId('says').textContent();

test('takes the tutorial’s convolution apart: every number of the 3x3 result, by the arrow keys', async () => {
  const { page, errors, close } = await playground.visit();
  const lab = page.locator('#convolution');
  const result = lab.locator('.sheet').last();
  await result.focus();
  const sums: (string | null)[] = [];
  for (let row = 0; row < 3; row++) {
    for (let column = 0; column < 3; column++) {
      await page.keyboard.press('Home');
      for (let i = 0; i < row; i++) await page.keyboard.press('ArrowDown');
      for (let i = 0; i < column; i++) await page.keyboard.press('ArrowRight');
      await lab.getByRole('heading', { name: `At row ${row + 1}, column ${column + 1}` }).waitFor();
      sums.push(await lab.locator('.total strong').textContent());
      await expect.poll(() => lab.locator('.engine').textContent()).toContain('the same');
    }
  }
  // 200 in three columns, 50 in two, under a filter of columns 1, 0, -1.
  expect(sums).toEqual(['0', '450', '450', '0', '450', '450', '0', '450', '450']);
  // The page has brought its digits and its filters along.
  await expect.poll(() => lab.locator('.filter-sources .pictures').last().locator('input').count()).toBe(12);
  await lab.locator('input[name=convolution-image]').nth(1).check();
  await expect.poll(() => lab.locator('input[name=convolution-digit]').count()).toBe(10);
  expect(errors).toEqual([]);
  await close();
});

test('a digit that is drawn is read, from untrained weights with a warning, after training rightly', async () => {
  const { page, errors, close } = await playground.visit('?epochs=2');
  const card = page.locator('#network');
  await comeTo(page, '#network');
  await expect.poll(() => card.locator('.notice').textContent()).toContain('learned nothing yet');
  const nothing = () =>
    expect.poll(() => card.locator('.net-state').textContent()).toContain('Nothing is drawn yet: this is a 3');
  await nothing();
  const draw = async () => {
    await comeTo(page, '#draw .pad');
    const { x, y, width, height } = (await card.locator('.pad canvas').boundingBox())!;
    await page.mouse.move(x + 0.55 * width, y + 0.2 * height);
    await page.mouse.down();
    for (let i = 0; i <= 10; i++) await page.mouse.move(x + 0.55 * width, y + (0.2 + 0.06 * i) * height);
    await page.mouse.up();
  };
  await draw();
  await expect.poll(() => says(page)).toMatch(/^It says \d, with \d/);
  await expect.poll(() => card.locator('.net-state').textContent()).not.toContain('Nothing is drawn');
  await trainToEnd(page);
  await comeTo(page, '#draw');
  // What was drawn is looked at with the new weights, and no warning is left.
  await expect.poll(() => says(page)).toMatch(/^It says 1, with (9\d|100)/);
  await expect.poll(() => card.locator('.notice').count()).toBe(0);
  // The timeline takes the draw pad back with it.
  await page.locator('#timeline-slider').focus();
  await page.keyboard.press('Home');
  await comeTo(page, '#draw');
  await card.locator('.notice').waitFor();
  await page.locator('.live').click();
  await card.getByRole('button', { name: 'Clear' }).click();
  await nothing();
  // By the keyboard: an example in place of a drawing.
  await card.locator('input[name=draw-example]').first().focus();
  await page.keyboard.press('Space');
  await expect.poll(() => says(page)).toMatch(/^It says 0, with/);
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => says(page)).toMatch(/^It says 1, with/);
  // It stays chosen through a reset, and the network of then has learned nothing again.
  await resetButton(page).click();
  await card.locator('.notice').waitFor();
  await expect.poll(() => card.locator('input[name=draw-example]').nth(1).isChecked()).toBe(true);
  await page.getByLabel('Pixels permuted', { exact: true }).check();
  await nothing();
  expect(errors).toEqual([]);
  await close();
});

test('a finger draws on a phone, and the page does not scroll away meanwhile', async () => {
  const { page, errors, close } = await playground.visit('?epochs=1&filters=2', { width: 390, touch: true });
  await comeTo(page, '#network');
  const pad = page.locator('#draw .pad canvas');
  await comeTo(page, '#draw .pad canvas');
  const { x, y, width, height } = (await pad.boundingBox())!;
  const before = await page.evaluate(() => scrollY);
  const input = await page.context().newCDPSession(page);
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', share = 0) =>
    input.send('Input.dispatchTouchEvent', {
      type,
      touchPoints: type === 'touchEnd' ? [] : [{ x: x + 0.5 * width, y: y + share * height }],
    });
  await touch('touchStart', 0.2);
  for (let i = 1; i <= 10; i++) await touch('touchMove', 0.2 + 0.06 * i);
  await touch('touchEnd');
  await expect.poll(() => says(page)).toMatch(/^It says \d, with/);
  expect(await page.evaluate(() => scrollY)).toBe(before);
  expect(errors).toEqual([]);
  await close();
});

test('a filter of the grid is inspected, ablated and replaced, and the held-out accuracy follows', async () => {
  const { page, errors, close } = await playground.visit('?epochs=1&filters=2');
  await trainToEnd(page);
  await page.locator('.filter-grid button.now').nth(1).click();
  const card = page.locator('#inspector');
  await expect.poll(() => card.locator('input[name=inspected-filter]').nth(1).isChecked()).toBe(true);
  const weights = await card.getByTestId('weights').locator('td').allTextContents();
  expect(weights.length).toBe(25);
  expect(weights.every((text) => /^−?[\d.]+$/.test(text))).toBe(true);
  await expect.poll(() => card.locator('.exciting li').count()).toBe(8);
  await expect.poll(() => card.locator('.likeness figure').count()).toBe(2);
  await expect.poll(() => card.locator('.mapped canvas').count()).toBe(2);
  await expect.poll(() => card.locator('.liked canvas').count()).toBe(1);

  const changes = card.getByTestId('changes').locator('li');
  const accuracy = async () => {
    const numbers = (await changes.first().locator('strong').textContent())?.match(/([\d.]+)% → ([\d.]+)%/) ?? [];
    return { before: Number(numbers[1]), after: Number(numbers[2]) };
  };
  await card.getByRole('button', { name: 'Ablate it' }).click();
  await expect.poll(() => changes.count()).toBe(1);
  const ablated = await accuracy();
  // The bar above follows as soon as the trained weights have been measured.
  await expect.poll(() => page.getByTestId('accuracy').textContent()).toBe(`${ablated.before.toFixed(1)}%`);
  expect(ablated.after).toBeLessThan(ablated.before - 5);
  await expect.poll(() => changes.first().textContent()).toContain('Without filter 1');
  await card.getByRole('button', { name: 'Replace it by' }).click();
  await expect.poll(() => changes.count()).toBe(2);
  await expect.poll(() => changes.first().textContent()).toContain('Vertical edge (Sobel)');
  const replaced = await accuracy();
  expect(replaced.before).toBe(ablated.before);
  expect(replaced.after).not.toBe(ablated.after);
  expect(errors).toEqual([]);
  await close();
});

test('loads what Node wrote; says what is wrong with a corrupt file, and lives on', async () => {
  const { page, errors, close } = await playground.visit('?epochs=1&filters=3');
  const card = page.locator('#takeaway');
  await comeTo(page, '#takeaway'); // It is loaded when one comes near it.
  const model = networkOf({ ...DEFAULTS, seed: 11, filters: 4, kernelSize: 7 });
  const good = Buffer.from(writeSafetensors(model.stateDict()));
  const load = (name: string, buffer: Buffer) =>
    card.locator('input[type=file]').setInputFiles({ name, mimeType: 'application/octet-stream', buffer });
  await load('corrupt.safetensors', good.subarray(0, 3000));
  await expect
    .poll(() => card.getByRole('alert').textContent())
    .toMatch(/^corrupt.safetensors could not be loaded: it is not a safetensors file, or it is damaged \(the header/);
  await expect.poll(() => page.locator('.filter-grid li').count()).toBe(3);

  await load('from-node.safetensors', good);
  await expect.poll(() => card.getByRole('status').textContent()).toContain(weightHash(model));
  await expect.poll(() => card.getByRole('alert').count()).toBe(0);
  await expect.poll(() => page.locator('.filter-grid li').count()).toBe(4);
  expect(new URL(page.url()).search).toContain('kernel=7');
  await page.locator('.filter-grid button.now').nth(2).click();
  const cell = page.getByTestId('weights').locator('td').nth(5);
  const { data } = model.stateDict()['conv1.weight'];
  await expect.poll(() => cell.getAttribute('title')).toBe(data[2 * 49 + 5].toPrecision(6));
  await expect.poll(() => page.locator('.filter-label .fit').count()).toBe(4);

  // It can be taken away again, and a training begins anew.
  const download = page.waitForEvent('download');
  await card.getByRole('button', { name: 'Download model.safetensors' }).click();
  const { tensors } = readSafetensors(new Uint8Array(readFileSync(await (await download).path())));
  expect(Array.from(tensors['conv1.weight'].data)).toEqual(Array.from(data));
  expect(await trainToEnd(page)).toMatch(/^[0-9a-f]{16}$/);
  await expect.poll(() => card.getByRole('status').count()).toBe(0);
  expect(errors).toEqual([]);
  await close();
});

test('of a network from a file that is said which the file says, and where filters are dead there is no statistic', async () => {
  const settings = { ...DEFAULTS, epochs: 2, filters: 3 };
  const { page, errors, close } = await playground.visit('?epochs=2&filters=3');
  await comeTo(page, '#takeaway');
  const card = page.locator('#takeaway');
  const model = networkOf(settings);
  const load = (name: string, bytes: Uint8Array) =>
    card
      .locator('input[type=file]')
      .setInputFiles({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(bytes) });
  const standing = async () => (await page.locator('.standing dd').allTextContents()).slice(0, 2);
  const twins = () => page.locator('.filter-grid .twin').count();
  const counted = () => page.getByTestId('counted').textContent();
  const isRead = async (name: string) => {
    await expect.poll(() => card.getByRole('status').textContent()).toContain(name);
    await expect.poll(() => page.getByTestId('accuracy').textContent()).toMatch(/%$/);
    for (const part of ['#filters', '#progress']) await comeTo(page, part);
  };
  const nonsense = () => page.evaluate(() => /NaN|Infinity|undefined/.exec(document.body.innerText)?.[0] ?? null);

  await load('plain.safetensors', writeSafetensors(model.stateDict()));
  await isRead('plain.safetensors');
  await expect.poll(standing).toEqual(['– / 2', '– / 282']);
  await expect.poll(twins).toBe(0);
  await expect.poll(counted).toContain('After an unknown number of batches.');
  await expect.poll(() => page.locator('.program .note').textContent()).toContain('does not say how');
  await expect.poll(nonsense).toBeNull();

  await load('after-200.safetensors', writeNetwork(model, settings, 200));
  await isRead('after-200.safetensors');
  await expect.poll(standing).toEqual(['2 / 2', '200 / 282']);
  await expect.poll(twins).toBe(3);
  await expect.poll(counted).toContain('After 200 batches.');

  await load('untrained.safetensors', writeNetwork(model, settings, 0));
  await isRead('untrained.safetensors');
  await expect.poll(standing).toEqual(['0 / 2', '0 / 282']);
  await expect.poll(counted).toContain('After 0 batches.');

  await load('further.safetensors', writeNetwork(model, settings, 283)); // Than such a training goes.
  await isRead('further.safetensors');
  await expect.poll(standing).toEqual(['– / 2', '– / 282']);

  const zero = Object.fromEntries(Object.entries(model.stateDict()).map(([name, { shape }]) => [name, zeros(shape)]));
  await load('zero.safetensors', writeSafetensors(zero));
  await isRead('zero.safetensors');
  await expect.poll(() => page.getByTestId('r2ori').textContent()).toBe('–');
  await expect.poll(() => page.locator('.emergence td').allTextContents()).toEqual(['–', '–', '–', '–']);
  await expect.poll(nonsense).toBeNull();

  // A file that is refused changes nothing, and what was said of it goes with the next network.
  await load('no.safetensors', new Uint8Array(8));
  await expect.poll(() => card.getByRole('alert').count()).toBe(1);
  expect(await card.getByRole('status').textContent()).toContain('zero.safetensors');
  await resetButton(page).click();
  await expect.poll(() => card.getByRole('alert').count()).toBe(0);
  await expect.poll(() => card.getByRole('status').count()).toBe(0);
  await expect.poll(twins).toBe(3);
  expect(errors).toEqual([]);
  await close();
});

test.each([
  [
    'en-GB',
    'old.safetensors could not be loaded: the settings stored in it are not ones that this page can have (lr=2)',
  ],
  ['zh-CN', '无法载入 old.safetensors：其中保存的设置在本页面无效（lr=2）'],
])('a file whose settings cannot be is refused in the language of the page: %s', async (language, said) => {
  const { page, errors, close } = await playground.visit('?epochs=1&filters=3', { language });
  await comeTo(page, '#takeaway');
  const card = page.locator('#takeaway');
  const bytes = writeSafetensors(networkOf(DEFAULTS).stateDict(), { settings: '?lr=2&seed=5' });
  const file = { name: 'old.safetensors', mimeType: 'application/octet-stream', buffer: Buffer.from(bytes) };
  await card.locator('input[type=file]').setInputFiles(file);
  await expect.poll(() => card.getByRole('alert').textContent()).toBe(said);
  expect(await page.locator('.filter-grid li').count()).toBe(3);
  expect(new URL(page.url()).search).not.toContain('seed');
  expect(errors).toEqual([]);
  await close();
});

test('the program that the page gives runs as it says, to the same hash; the filters come as a PNG', async () => {
  const { page, errors, close } = await playground.visit('?epochs=1&filters=2&seed=4&condition=scrambled');
  await comeTo(page, '#takeaway');
  const program = (await page.getByTestId('program').textContent())!;
  const hash = await trainToEnd(page);
  // A checkout without anything built, in which its packages have been installed.
  const folder = mkdtempSync(join(tmpdir(), 'convgrad-run-'));
  cpSync('.', folder, { recursive: true, filter: (path) => !/(^|\/)(node_modules|dist|\.git|bench)$/.test(path) });
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'run.ts'), program);
  const commands = /^\/\/ {5}npm install && (npm run build && npx tsx run\.ts)$/m.exec(program)?.[1];
  expect(commands).toBeDefined();
  await expect.poll(() => page.locator('.program .note code').textContent()).toBe(`npm install && ${commands}`);
  const said = execSync(commands!, { cwd: folder, encoding: 'utf8' });
  expect(said).toContain(`weight hash ${hash}`);
  const { tensors } = readSafetensors(new Uint8Array(readFileSync(join(folder, 'model.safetensors'))));
  expect(tensors['conv1.weight'].shape).toEqual([2, 1, 5, 5]);
  rmSync(folder, { recursive: true });

  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download filters.png' }).click();
  const content = readFileSync(await (await download).path());
  expect(content.subarray(1, 4).toString()).toBe('PNG');
  expect(content.readUInt32BE(16)).toBeGreaterThan(100);
  expect(errors).toEqual([]);
  await close();
});
