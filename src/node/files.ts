import { access, constants, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ConvgradError, FormatError, optional, show, withPlace } from '../errors.js';
import type { Picture } from '../inspect/pictures/picture.js';
import { readSafetensors, writeSafetensors } from '../io/safetensors.js';
import type { Module } from '../nn/module.js';
import { CHECKPOINT } from '../train/checkpoint.js';

/** A file or a folder that the system did not let us read, write or make. */
export class FileError extends ConvgradError {
  readonly path: string;
  /** The system's name for the reason, such as 'ENOENT'. */
  readonly code: string;

  constructor(where: string, detail: string, path = '', code = '') {
    super(where, detail);
    this.path = path;
    this.code = code;
  }
}

/** Makes a folder, and those that it lies in, unless it is there; throws a FileError when files cannot be put into it. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
    await access(path, constants.W_OK);
  } catch (error) {
    throw refused('makeFolder', 'make the folder', path, error);
  }
}

/** Files that this process has begun to write. */
let begun = 0;

/** @internal The names of files that are being written, or were when the process that they name was killed. */
export const UNFINISHED = /\.(\d+)-\d+\.unfinished$/;

/**
 * Writes a file, and the folders that it needs, at once: a crash while writing leaves what was there before.
 * @throws FileError with the path and the reason
 */
export async function saveFile(path: string, content: string | Uint8Array): Promise<void> {
  const unfinished = `${path}.${process.pid}-${begun++}.unfinished`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(unfinished, content, { flush: true }); // On the disk, before it takes the other's place.
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => {}); // The first error is the one to tell.
    throw refused('saveFile', 'write', path, error);
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

/** Writes a model's numbers as a safetensors file, which PyTorch users can open; the names of its classes are a note. */
export async function saveModel(path: string, model: Module, metadata: Record<string, string> = {}): Promise<void> {
  const { classNames } = model;
  const names = classNames && { classNames: JSON.stringify(classNames) };
  await saveFile(path, writeSafetensors(model.stateDict(), { ...names, ...metadata }));
}

/**
 * Reads a safetensors file into a model whose keys and shapes are the same; returns the file's notes. Names of classes that
 * `saveModel` noted become the model's.
 * @throws FileError when it cannot be read; an error that names the file when it is damaged or made for another model
 */
export async function loadModel(path: string, model: Module): Promise<Record<string, string>> {
  const bytes = await readBytes('loadModel', path);
  const load = () => {
    const { tensors, metadata } = readSafetensors(bytes);
    if (metadata.format?.startsWith(CHECKPOINT)) {
      throw new FormatError(
        'loadModel',
        'expected a model, got the checkpoint of a training, which loadCheckpoint reads',
      );
    }
    model.loadStateDict(tensors);
    if (metadata.classNames !== undefined) model.classNames = namesIn(metadata.classNames) ?? model.classNames;
    return metadata;
  };
  return withPlace(`loadModel, ${show(path)}`, load);
}

/** A list of names as `saveModel` writes it; null for a note of somebody else. */
function namesIn(note: string): string[] | null {
  try {
    const names: unknown = JSON.parse(note);
    return Array.isArray(names) && names.every((name) => typeof name === 'string') ? names : null;
  } catch {
    return null;
  }
}

/** @internal The bytes of a file. */
export async function readBytes(where: string, path: string): Promise<Buffer> {
  return readFile(path).catch((error) => {
    throw refused(where, 'read', path, error);
  });
}

/** @internal What the system refused and why: Node's messages are 'CODE: reason, call path'. */
export function refused(where: string, what: string, path: string, cause: unknown): FileError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const error = new FileError(where, `cannot ${what} ${show(path)} (${message.split(',')[0]})`, path, code);
  error.cause = cause;
  return error;
}
