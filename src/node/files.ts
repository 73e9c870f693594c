import { access, constants, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { deflateSync } from 'node:zlib';
import { ArgumentError, ConvgradError, FormatError, readOptions, show, withPlace } from '../errors.js';
import type { Picture } from '../inspect/pictures/picture.js';
import { writePng } from '../inspect/pictures/png.js';
import { readSafetensors, writeSafetensors } from '../io/safetensors.js';
import type { AnyModule } from '../nn/module.js';
import { CHECKPOINT } from '../train/checkpoint.js';

/** A file or a folder that could not be read, written or made. */
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

/**
 * Makes a folder, and those that it is in, unless it exists.
 * @throws FileError when it cannot be made, or files cannot be written into it
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
    await access(path, constants.W_OK);
  } catch (error) {
    throw refused('makeFolder', 'make the folder', path, error);
  }
}

/** How many files this thread has begun to write. */
let begun = 0;
/** Those of which no leftovers are to be looked for again. */
const cleared = new Set<string>();

/** The names of files that are being written, or were when the process that they name was killed. */
const UNFINISHED = /^\.(\d+)-[\d-]+\.unfinished$/;

/**
 * Writes a file, and the folders that it is in, atomically: after a crash while writing, the file is as it was before. What
 * killed processes left unfinished of it is removed.
 * @throws FileError with the path and the reason
 */
export async function saveFile(path: string, content: string | Uint8Array): Promise<void> {
  const unfinished = `${path}.${process.pid}-${threadId}-${begun++}.unfinished`;
  try {
    await mkdir(dirname(path), { recursive: true });
    if (!cleared.has(path)) await removeLeftovers(path);
    await writeFile(unfinished, content, { flush: true }); // On the disk, before it replaces the other.
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => {}); // The first error is the one to report.
    throw refused('saveFile', 'write', path, error);
  }
}

/** @internal What processes that were killed while they wrote this file have left of it. */
export async function removeLeftovers(path: string): Promise<void> {
  cleared.add(path);
  const begin = basename(path);
  for (const name of await readdir(dirname(path)).catch(() => [])) {
    const [, process] = name.startsWith(begin) ? (UNFINISHED.exec(name.slice(begin.length)) ?? []) : [];
    const file = join(dirname(path), name);
    if (process !== undefined && !(await isBeingWritten(file, Number(process)))) await rm(file, { force: true });
  }
}

/** Whether its process runs: a number is given again, in a container mostly the same, and so older files are not ours. */
async function isBeingWritten(file: string, id: number): Promise<boolean> {
  if (id === process.pid) {
    const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: Infinity }));
    return mtimeMs > Date.now() - 1000 * process.uptime() - 1000;
  }
  try {
    return process.kill(id, 0); // Signal 0 only asks.
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** Writes a picture as PNG. @throws FileError when it cannot be written */
export async function savePng(path: string, picture: Picture): Promise<void> {
  await saveFile(path, writePng(picture, deflateSync));
}

/** Writes a value as indented JSON. @throws FileError when it cannot be written */
export async function saveJson(path: string, value: unknown): Promise<void> {
  await saveFile(path, `${JSON.stringify(value, null, 2)}\n`);
}

/**
 * Writes a model's parameters and buffers as a safetensors file, which PyTorch users can open.
 * @param metadata strings by key; the names of the classes, where they have some, are added as `classNames`
 */
export async function saveModel(path: string, model: AnyModule, metadata: Record<string, string> = {}): Promise<void> {
  const { classNames } = model;
  const names = classNames && { classNames: JSON.stringify(classNames) };
  await saveFile(path, writeSafetensors(model.stateDict(), { ...names, ...metadata }));
}

/** What `loadModel` found in a file that fits a model in part. */
export interface PartialLoad {
  /** Keys that the model has and the file has not: these stay as they were. */
  missing: string[];
  /** Keys that the file has and the model has not. */
  unexpected: string[];
  /** The file's metadata. */
  metadata: Record<string, string>;
}

/**
 * Reads a safetensors file into a model whose keys and shapes are the same. Names of classes that `saveModel` added become
 * the model's.
 * @param options `strict`: false takes what the file and the model both have, and says what was missing and what is left over;
 * then the names of classes are taken only where nothing was. A key with another shape is an error all the same, as in
 * PyTorch. True unless given
 * @returns the file's metadata, or with `strict: false` `PartialLoad`
 * @throws FileError when it cannot be read; an error that names the file when it is damaged or made for another model, or
 * when no key of it is the model's
 */
export function loadModel(path: string, model: AnyModule, options?: { strict?: true }): Promise<Record<string, string>>;
export function loadModel(path: string, model: AnyModule, options: { strict: false }): Promise<PartialLoad>;
export async function loadModel(
  path: string,
  model: AnyModule,
  options: { strict?: boolean } = {},
): Promise<Record<string, string> | PartialLoad> {
  const { strict } = readOptions('loadModel', options, { strict: true });
  if (typeof strict !== 'boolean') {
    throw new ArgumentError('loadModel', `expected strict to be true or false, got ${show(strict)}`);
  }
  const bytes = await readBytes('loadModel', path);
  const load = () => {
    const { tensors, metadata } = readSafetensors(bytes);
    if (metadata.format?.startsWith(CHECKPOINT)) {
      throw new FormatError('loadModel', 'expected a model, got a checkpoint of a training: use loadCheckpoint');
    }
    const { missing, unexpected } = model.loadStateDict(tensors, { strict });
    const keys = Object.keys(tensors);
    if (!strict && unexpected.length === keys.length) {
      throw new ArgumentError(
        'loadModel',
        `no key of the file is the model's: it has ${show(keys)}, not ${show(missing)}`,
      );
    }
    const whole = missing.length === 0 && unexpected.length === 0;
    if (whole && metadata.classNames !== undefined) model.classNames = namesIn(metadata.classNames) ?? model.classNames;
    return strict ? metadata : { missing, unexpected, metadata };
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

/** @internal The bytes of a file. A pipe would be waited for, and a device such as /dev/zero has no end. */
export async function readBytes(where: string, path: string): Promise<Buffer> {
  try {
    const found = await stat(path);
    if (!found.isFile() && !found.isDirectory()) throw new Error('a pipe or a device is no file');
    return await readFile(path);
  } catch (error) {
    throw refused(where, 'read', path, error);
  }
}

/** @internal The error for what the system refused: Node's messages are 'CODE: reason, call path'. */
export function refused(where: string, what: string, path: string, cause: unknown): FileError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const error = new FileError(where, `cannot ${what} ${show(path)} (${message.split(',')[0]})`, path, code);
  error.cause = cause;
  return error;
}
