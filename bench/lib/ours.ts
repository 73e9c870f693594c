import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type * as Convgrad from '../../src/index.js';
import type { LayerSpec, NetSpec } from '../nets.js';
import { ROOT } from './machine.js';

/**
 * The convgrad that is measured: the built package, as users get it.
 * @throws when it is not built, or older than its sources: its numbers would be somebody else's
 */
export function builtConvgrad(): string {
  const built = join(ROOT, 'dist/src/index.js');
  if (!existsSync(built)) throw new Error(`${built} is missing: run npm run build in ${ROOT}`);
  const newest = (folder: string): number =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .reduce((time, name) => Math.max(time, statSync(join(folder, name)).mtimeMs), 0);
  if (newest(join(ROOT, 'src')) > statSync(built).mtimeMs) {
    throw new Error(`dist is older than src: run npm run build in ${ROOT}, or measure the sources with --source`);
  }
  return built;
}

/** The sources themselves, for a look while they change. */
export const sourceConvgrad = join(ROOT, 'src/index.ts');

/** A network of `nets.ts` in our layers, with initial weights from the default generator. */
export function buildNet(convgrad: typeof Convgrad, net: Pick<NetSpec, 'layers'>): Convgrad.Sequential {
  const layer = (spec: LayerSpec): Convgrad.Module => {
    if (spec.kind === 'conv') {
      const { padding, stride, groups, bias } = spec;
      return new convgrad.Conv2D(spec.inChannels, spec.outChannels, spec.kernel, { padding, stride, groups, bias });
    }
    if (spec.kind === 'residual') {
      const shortcut = spec.shortcut.length > 0 ? buildNet(convgrad, { layers: spec.shortcut }) : null;
      return new convgrad.Residual(buildNet(convgrad, { layers: spec.block }), shortcut);
    }
    if (spec.kind === 'batchNorm') return new convgrad.BatchNorm2D(spec.channels);
    if (spec.kind === 'dense') return new convgrad.Dense(spec.inFeatures, spec.outFeatures);
    if (spec.kind === 'maxPool') return new convgrad.MaxPool2D(spec.size);
    if (spec.kind === 'globalAvgPool') return new convgrad.GlobalAvgPool2D();
    return spec.kind === 'relu' ? new convgrad.ReLU() : new convgrad.Flatten();
  };
  return new convgrad.Sequential(...net.layers.map(layer));
}
