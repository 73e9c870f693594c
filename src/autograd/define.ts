import { installed } from './backend.js';
import type { Storage } from './storage.js';

/** A loop over numbers. Its first argument's dtype decides who runs it. */
type Kernel = (first: Storage, ...rest: never[]) => unknown;

/** What an operation computes, in plain loops: `definition` as it is written, and the same functions made to dispatch. */
export type Definition<Name extends string, Parts extends object> = Parts & {
  readonly name: Name;
  readonly definition: Parts;
};

/**
 * Gives a name to what an operation computes, forward and gradient. The functions that come back run a backend's faster
 * version of the same name and part on float32, where there is one and it does not return false: else the loops themselves.
 *
 * Two rules: what a forward kernel writes, it overwrites; what a gradient kernel writes (`dx` means d(loss)/dx), it adds
 * to what is there. The few forward kernels that add say so.
 *
 * Call it as `/* @__PURE__ *\/ define(...)`, so that a bundle leaves out what it does not use.
 */
export function define<const Name extends string, Parts extends Record<string, Kernel>>(
  name: Name,
  definition: Parts,
): Definition<Name, Parts> {
  const dispatching = Object.entries(definition).map(([part, plain]): [string, Kernel] => {
    const run: Kernel = (first, ...rest) => {
      const fast = first.dtype === 'float32' ? (installed()?.overrides[name]?.[part] as Kernel | undefined) : undefined;
      if (!fast || fast(first, ...rest) === false) plain(first, ...rest);
    };
    return [part, run];
  });
  return { ...(Object.fromEntries(dispatching) as Parts), name, definition };
}

/** Faster versions of the definitions of a module: by name, of exactly their types, as many as there are. */
export type Overrides<Module> = {
  [Key in keyof Module as Module[Key] extends Definition<infer Name, object>
    ? Name
    : never]?: Module[Key] extends Definition<string, infer Parts> ? Faster<Parts> : never;
};

/** Functions, not methods: those are compared bivariantly, so that one for a narrower kind of storage would pass. */
type Faster<Parts> = {
  [Part in keyof Parts]?: Parts[Part] extends Kernel ? (...args: Parameters<Parts[Part]>) => void : never;
};
