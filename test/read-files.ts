import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode } from 'fast-png';

// What programs wrote: `path` is given in parts.

export const readText = (...path: string[]) => readFileSync(join(...path), 'utf8');
export const readJson = (...path: string[]) => JSON.parse(readText(...path));
export const readPng = (...path: string[]) => decode(readFileSync(join(...path)));
