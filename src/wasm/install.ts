import { install } from '../autograd/backend.js';
import { createWasm } from './index.js';

install(createWasm);
