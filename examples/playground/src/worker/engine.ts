import { installed } from '../../../../src/autograd/backend.js';

/**
 * Why the fast kernels do not run: no WebAssembly at all; a policy of the host that forbids it; an engine that is too old
 * for SIMD; or something else.
 */
export type SlowReason = 'missing' | 'forbidden' | 'old' | 'other';

/** The smallest module there is: no instruction. */
const EMPTY = [0, 97, 115, 109, 1, 0, 0, 0];
/** A function of one vector instruction, from https://github.com/GoogleChromeLabs/wasm-feature-detect. */
const SIMD = [1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11];

/** Why plain loops compute here; null where the fast kernels do. */
export function whySlow(): SlowReason | null {
  if (installed()) return null;
  if (typeof WebAssembly !== 'object') return 'missing';
  try {
    new WebAssembly.Module(Uint8Array.from(EMPTY));
  } catch {
    return 'forbidden';
  }
  return WebAssembly.validate(Uint8Array.from([...EMPTY, ...SIMD])) ? 'other' : 'old';
}
