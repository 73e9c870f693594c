import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PYTHON } from './machine.js';
import type { Task } from './task.js';

const EXPORT = fileURLToPath(new URL('../contestants/pytorch_onnx.py', import.meta.url));

/** The net of a task as an ONNX file. @throws where there is no PyTorch, which writes it */
export function readOnnx(task: Task): Uint8Array {
  const path = `${task.weights}.onnx`;
  try {
    execFileSync(PYTHON, [EXPORT, JSON.stringify(task), path], { stdio: ['ignore', 'ignore', 'pipe'] });
  } catch {
    throw new Error('its file is written by PyTorch, which is missing');
  }
  return readFileSync(path);
}
