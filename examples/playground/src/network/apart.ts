import { batch } from '@preact/signals';
import type { Lab } from '../convolution/lab.js';
import { goTo } from '../go-to.js';
import type { Unit } from './fields.js';
import { SIDE, type Trace } from './trace.js';

/** Fills "Take a convolution apart" with the filter, the image and the place of a number of the first layer, and goes there. */
export function takeApart(lab: Lab, { stages, weights }: Trace, { channel, row, column }: Unit): void {
  const size = weights.kernel.conv1;
  const area = size * size;
  const learned = Array.from({ length: stages.conv1.channels }, (_, i) => ({
    values: weights.filters.conv1.slice(i * area, (i + 1) * area),
    size,
    label: String(i),
  }));
  batch(() => {
    lab.receive(lab.digits.peek(), learned); // The card itself may not have been loaded yet.
    lab.drawn.value = { values: stages.input.values, size: SIDE, white: 1 };
    lab.chooseImage({ kind: 'drawn' });
    lab.chooseFilter({ kind: 'learned', index: channel });
    lab.slideBy({ stride: 1, padding: 0, dilation: 1 });
    lab.rectify.value = true; // As the network does.
    lab.fillAll();
    lab.pointAt(row * stages.conv1.width + column);
  });
  goTo('convolution', '.boards');
}
