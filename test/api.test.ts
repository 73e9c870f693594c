import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { API, api } from '../.ci/api.js';
import { DeclarationFiles } from '../.ci/declarations.js';

let current: ReturnType<typeof api>;
beforeAll(() => {
  current = api();
});

test(`${API} is the public API: after a change that is wanted, run npm run api`, () => {
  expect(current.text).toBe(readFileSync(API, 'utf8'));
});

test('what a public declaration names can be imported', () => {
  expect(current.hidden.sort()).toEqual([]);
});

test('a declaration is read with what others add to it, without docstrings and private members; its types are found', () => {
  const folder = mkdtempSync(join(tmpdir(), 'convgrad-declarations-'));
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  write(
    'layer.d.ts',
    `import { type Hidden as Known } from './hidden.js';
/** Not told. */
export declare class Layer<T> extends Base {
    #private;
    private kept;
    /** Not told either. */
    readonly size: T; // Nor this.
    run(x: Known): import('./more.js').More;
}
declare class Base {
}
export { Base as Root };
`,
  );
  write('hidden.d.ts', 'export type Hidden = number;\nexport {};\n');
  write(
    'more.d.ts',
    `export interface More {\n}\ndeclare module './layer.js' {\n    interface Layer<T> {\n        more(): More;\n    }\n}\n`,
  );
  const files = new DeclarationFiles();
  const place = files.resolve(join(folder, 'layer.d.ts'), 'Layer')!;
  expect(files.textOf(place)).toBe(
    `class Layer<T> extends Base {
    readonly size: T;
    run(x: Known): import('./more.js').More;
}
interface Layer<T> {
    more(): More;
}`,
  );
  const names = files.references(place).map(({ file, name }) => `${name} of ${file.slice(folder.length + 1)}`);
  expect(names.sort()).toEqual([
    'Base of layer.d.ts',
    'Hidden of hidden.d.ts',
    'More of more.d.ts',
    'More of more.d.ts',
  ]);
  rmSync(folder, { recursive: true });
});
