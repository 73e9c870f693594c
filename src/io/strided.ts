import { type Shape, sizeOf } from '../shape.js';

/** Where the numbers of a strided array are, in row-major order. */
export function eachPlace(
  { shape, strides, offset = 0 }: { shape: Shape; strides: readonly number[]; offset?: number },
  visit: (place: number, index: number) => void,
): void {
  const count = sizeOf(shape);
  const index = new Array<number>(shape.length).fill(0);
  let place = offset;
  for (let i = 0; i < count; i++) {
    visit(place, i);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      place += strides[axis];
      if (++index[axis] < shape[axis]) break;
      place -= shape[axis] * strides[axis];
      index[axis] = 0;
    }
  }
}
