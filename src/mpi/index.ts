/**
 * One training on many processes, by MPI.
 * @module convgrad/mpi
 */

import '../wasm/install.js';

export { MpiError } from './library.js';
export { type MpiOptions, mpi } from './mpi.js';
export { type WorldOptions, worldOf } from './world.js';
