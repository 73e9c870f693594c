// The text of the kernels comes first in a bundle: gzip looks back 32 kB, and code on both sides of it would repeat what is out
// of sight. 0.8 kB less.
import './binary.js';
import { install } from '../autograd/backend.js';
import { createWasm } from './index.js';

install(createWasm);
