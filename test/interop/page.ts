import { compare } from './compare.js';
import { opener } from './onnxruntime.js';

// What runs in a page: the runtime comes from where the page comes from.

const { href } = new URL('/ort.wasm.min.mjs', location.href);
Object.assign(globalThis, { result: import(href).then((runtime) => compare(opener(runtime))) });
