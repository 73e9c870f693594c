import { afterAll, beforeAll } from 'vitest';
import { install } from '../src/autograd/backend.js';
import { Storage } from '../src/autograd/storage.js';
import { createWasm } from '../src/wasm/index.js';

/** The tests of this `describe` compute float32 by the definitions: with a backend that has a faster version of nothing. */
export function byDefinitions(): void {
  const floats = (length: number) => new Storage(new Float32Array(length));
  beforeAll(() =>
    install(() => ({
      overrides: {},
      allocate: floats,
      zeros: floats,
      allocateIndices: (length) => new Storage(new Int32Array(length)),
      setThreads: () => Promise.resolve(1),
    })),
  );
  afterAll(() => install(createWasm));
}
