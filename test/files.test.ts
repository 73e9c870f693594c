import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import { beforeAll, expect, test } from 'vitest';
import {
  ArgumentError,
  Dataset,
  Dense,
  FormatError,
  fit,
  Sequential,
  SGD,
  ShapeError,
  weightHash,
} from '../src/index.js';
import { FileError, loadModel, makeFolder, saveFile, saveJson, saveModel } from '../src/node/index.js';
import { temporaryFolder } from './temporary-folder.js';

const folder = temporaryFolder('files');
const file = join(folder, 'file');
beforeAll(() => writeFileSync(file, 'here before'));

test('a model goes through a file in folders that were not there, and nothing else is left', async () => {
  const [model, other] = [new Dense(3, 2), new Dense(3, 2)];
  const path = join(folder, 'some/where/model.safetensors');
  await saveModel(path, model, { note: 'mine' });
  expect(await loadModel(path, other)).toEqual({ note: 'mine' });
  expect(weightHash(other)).toBe(weightHash(model));
  expect(readdirSync(join(folder, 'some/where'))).toEqual(['model.safetensors']);
});

test('the names of the classes go with the model; notes of others under that name are notes', async () => {
  const [model, other] = [new Dense(3, 2), new Dense(3, 2)];
  const path = join(folder, 'named.safetensors');
  model.classNames = ['a "b"', 'é'];
  await saveModel(path, model, { note: 'mine' });
  expect(await loadModel(path, other)).toEqual({ note: 'mine', classNames: '["a \\"b\\"","é"]' });
  expect(other.classNames).toEqual(['a "b"', 'é']);
  other.classNames = null;
  for (const note of ['cat, dog', '{"a":1}', '[1,2]']) {
    model.classNames = null;
    await saveModel(path, model, { classNames: note });
    expect(await loadModel(path, other)).toEqual({ classNames: note });
    expect(other.classNames).toBe(null);
  }
});

test('strict: false takes what fits, and says what was missing', async () => {
  const path = join(folder, 'trained.safetensors');
  const trained = new Sequential({ body: new Dense(3, 2), head: new Dense(2, 4) });
  trained.classNames = ['a', 'b', 'c', 'd'];
  await saveModel(path, trained, { note: 'mine' });
  const model = new Sequential({ body: new Dense(3, 2), other: new Dense(2, 5) });
  const before = model.at('other', Dense).weight.data.slice();
  await expect(loadModel(path, model)).rejects.toThrow("missing keys ['other.weight', 'other.bias'], unexpected keys");
  const found = await loadModel(path, model, { strict: false });
  expect(found.missing).toEqual(['other.weight', 'other.bias']);
  expect(found.unexpected).toEqual(['head.weight', 'head.bias']);
  expect(found.metadata.note).toBe('mine');
  expect(weightHash(model.at('body'))).toBe(weightHash(trained.at('body')));
  expect(model.at('other', Dense).weight.data).toEqual(before);
  expect(model.classNames).toBe(null); // Those of another task.

  const same = new Sequential({ body: new Dense(3, 2), head: new Dense(2, 4) });
  expect(await loadModel(path, same, { strict: false })).toMatchObject({ missing: [], unexpected: [] });
  expect(same.classNames).toEqual(trained.classNames);
  expect((await loadModel(path, same, { strict: true })).note).toBe('mine');

  const wider = new Sequential({ body: new Dense(3, 2), head: new Dense(2, 5) });
  await expect(loadModel(path, wider, { strict: false })).rejects.toThrow('expected shape [5, 2] for head.weight');
  await expect(loadModel(path, new Dense(1, 1), { strict: false })).rejects.toThrow(
    "no key of the file is the model's",
  );
  const wrong: object[] = [{ strict: 0 }, { strickt: false }];
  for (const each of wrong) {
    await expect(loadModel(path, same, each as { strict: false })).rejects.toThrow(ArgumentError);
  }
});

test('transfer learning: another head on what was learned, and the first layer frozen', async () => {
  const path = join(folder, 'learned.safetensors');
  const layers = (classes: number) => new Sequential({ body: new Dense(3, 4), head: new Dense(4, classes) });
  const learned = layers(2);
  learned.classNames = ['a', 'b'];
  await saveModel(path, learned);
  const data = new Dataset([1, 0, 0, 0, 1, 0, 0, 0, 1], [3], [0, 1, 2], ['x', 'y', 'z']);

  const model = layers(2);
  await loadModel(path, model);
  model.replace('head', new Dense(4, 3)).classNames = null;
  model.at('body').freeze();

  await fit(model, data, { optimizer: new SGD(model.parameters(), { lr: 0.1 }), epochs: 2 });
  expect(weightHash(model.at('body'))).toBe(weightHash(learned.at('body')));
  expect(model.classNames).toEqual(['x', 'y', 'z']);
});

test('one path saved many times at once ends as one of them, whole', async () => {
  const path = join(folder, 'busy/result.json');
  await Promise.all(Array.from({ length: 20 }, (_, i) => saveJson(path, Array(10_000).fill(i))));
  const values = new Set(JSON.parse(readFileSync(path, 'utf8')));
  expect(values.size).toBe(1);
  expect(readdirSync(join(folder, 'busy'))).toEqual(['result.json']);
});

test('what a killed process left of a file, the next one to write it takes away; what others write stays', async () => {
  const place = join(folder, 'leftovers');
  mkdirSync(place);
  const gone = spawnSync(process.execPath, ['-e', '']).pid;
  const old = new Date(Date.now() - 1000 * process.uptime() - 60_000);
  const left = [
    `log.csv.${gone}-0.unfinished`,
    `log.csv.${gone}-3-17.unfinished`,
    `log.csv.${process.pid}-0-99.unfinished`,
  ];
  const kept = [
    `log.csv.${process.ppid}-0-1.unfinished`,
    `log.csv.${process.pid}-1-5.unfinished`,
    `other.${gone}-0-1.unfinished`,
  ];
  for (const name of [...left, ...kept]) writeFileSync(join(place, name), 'half');
  utimesSync(join(place, left[2]), old, old);
  await saveFile(join(place, 'log.csv'), 'whole');
  expect(readdirSync(place).sort()).toEqual(['log.csv', ...kept].sort());
});

test('threads of one process do not write into the same unfinished file', async () => {
  const program = join(folder, 'writer.mjs');
  await build({
    stdin: {
      contents: `import { saveJson } from './src/node/files.ts';
        import { workerData, threadId } from 'node:worker_threads';
        for (let i = 0; i < 60; i++) await saveJson(workerData, Array(20000).fill(threadId));`,
      resolveDir: '.',
    },
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
  });
  const path = join(folder, 'threads/result.json');
  const ends = Array.from({ length: 4 }, () => {
    const worker = new Worker(program, { workerData: path });
    return new Promise((done, fail) => worker.on('error', fail).on('exit', done));
  });
  expect(await Promise.all(ends)).toEqual([0, 0, 0, 0]);
  expect(new Set(JSON.parse(readFileSync(path, 'utf8'))).size).toBe(1);
  expect(readdirSync(join(folder, 'threads'))).toEqual(['result.json']);
});

test('what the system refuses is a FileError with the path, the reason and its code', async () => {
  const beneath = join(file, 'deeper');
  const cases: [() => Promise<unknown>, string, string, string][] = [
    [() => makeFolder(file), 'makeFolder: cannot make the folder', file, 'EEXIST: file already exists'],
    [() => makeFolder(beneath), 'makeFolder: cannot make the folder', beneath, 'ENOTDIR: not a directory'],
    [() => saveFile(folder, 'text'), 'saveFile: cannot write', folder, 'EISDIR: illegal operation on a directory'],
    [() => saveModel(beneath, new Dense(1, 1)), 'saveFile: cannot write', beneath, 'EEXIST: file already exists'],
    [() => loadModel(beneath, new Dense(1, 1)), 'loadModel: cannot read', beneath, 'ENOTDIR: not a directory'],
  ];
  for (const [attempt, what, path, reason] of cases) {
    const error = await attempt().then(String, (caught) => caught as FileError);
    if (!(error instanceof FileError)) throw new Error(`expected a FileError, got ${error}`);
    expect(error.message).toBe(`${what} '${path}' (${reason})`);
    expect([error.path, error.code]).toEqual([path, reason.split(':')[0]]);
  }
  expect(readFileSync(file, 'utf8')).toBe('here before');
  expect(readdirSync(folder).filter((name) => name.endsWith('.unfinished'))).toEqual([]);
});

test('a folder that is there already is no error', async () => {
  await makeFolder(folder);
});

test('a damaged file, and one of another model, are errors that name it', async () => {
  await expect(loadModel(file, new Dense(1, 1))).rejects.toThrow(FormatError);
  await expect(loadModel(file, new Dense(1, 1))).rejects.toThrow(`loadModel, '${file}': the header says`);
  const path = join(folder, 'other.safetensors');
  await saveModel(path, new Dense(2, 1));
  await expect(loadModel(path, new Dense(1, 1))).rejects.toThrow(ShapeError);
  await expect(loadModel(path, new Dense(1, 1))).rejects.toThrow(`'${path}': expected shape [1, 1] for weight, got`);
});
