import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ArgumentError } from '../errors.js';
import type { Picture } from '../inspect/picture.js';
import { readSafetensors, writeSafetensors } from '../io/safetensors.js';
import type { Module } from '../nn/module.js';
import { optional } from './packages.js';

/** Writes a file, and the folders that it needs, at once: a crash while writing leaves what was there before. */
export async function saveFile(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const unfinished = `${path}.${process.pid}.unfinished`;
  try {
    await writeFile(unfinished, content);
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

/** Writes a picture as PNG, with the package fast-png. */
export async function savePng(path: string, { width, height, data }: Picture): Promise<void> {
  const { encode } = await optional('savePng', 'fast-png', () => import('fast-png'));
  await saveFile(path, encode({ width, height, channels: 4, data }));
}

/** Writes a value as JSON that people can read. */
export async function saveJson(path: string, value: unknown): Promise<void> {
  await saveFile(path, `${JSON.stringify(value, null, 2)}\n`);
}

/** Writes a model's numbers as a safetensors file, which PyTorch users can open. */
export async function saveModel(path: string, model: Module, metadata: Record<string, string> = {}): Promise<void> {
  await saveFile(path, writeSafetensors(model.stateDict(), metadata));
}

/** Reads a safetensors file into a model whose keys and shapes are the same; returns the file's notes. */
export async function loadModel(path: string, model: Module): Promise<Record<string, string>> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new ArgumentError('loadModel', `cannot read ${path} (${error.code})`);
  });
  const { tensors, metadata } = readSafetensors(bytes);
  model.loadStateDict(tensors);
  return metadata;
}
