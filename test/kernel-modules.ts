import { readdirSync } from 'node:fs';
import type { Definition } from '../src/autograd/define.js';
import type { Storage } from '../src/autograd/storage.js';

type Kernel = (first: Storage, ...rest: unknown[]) => void;
export type Handle = Definition<string, Record<string, Kernel>>;

/** Everything that src/ops, src/optim and src/autograd define, by walking their modules. */
export async function allDefinitions(): Promise<Handle[]> {
  const files = ['autograd', 'ops', 'optim'].flatMap((room) =>
    readdirSync(new URL(`../src/${room}`, import.meta.url)).map((file) => `../src/${room}/${file}`),
  );
  const modules = await Promise.all(files.map((file) => import(file) as Promise<object>));
  const isHandle = (value: unknown): value is Handle =>
    typeof value === 'object' && value !== null && 'definition' in value && 'name' in value;
  // A table of elementwise operations is an object of handles.
  const values = modules.flatMap((module) => Object.values(module));
  return values.flatMap((value: unknown) => {
    if (isHandle(value)) return [value];
    return typeof value === 'object' && value !== null ? Object.values(value).filter(isHandle) : [];
  });
}
