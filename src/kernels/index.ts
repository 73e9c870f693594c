import type { Kernels } from './kernels.js';
import { reference } from './reference/index.js';
import type { DType } from './storage.js';

/** The kernels that compute with this element type. */
export function kernelsFor(_dtype: DType): Kernels {
  return reference;
}
