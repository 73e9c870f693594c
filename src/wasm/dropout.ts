import type { Overrides } from '../autograd/define.js';
import type { Engine } from './instance.js';

export const dropout = ({ memory, parts, split }: Engine): Overrides<typeof import('../ops/dropout.js')> => ({
  dropout: {
    add(x, y, { keys, least, scale, run }) {
      const X = memory.read(x);
      const { address: Y, adds } = memory.sum(y);
      // Runs of one are worked on four at a time: parts begin at whole vectors.
      const unit = run === 1 ? 4 : run;
      const units = Math.ceil(y.length / unit);
      split('dropout', units, parts(units, y.length), y.length, (from, to) => {
        return [X, Y, keys[0], keys[1], least, scale, run, from * unit, Math.min(to * unit, y.length), adds];
      });
    },
  },
});
