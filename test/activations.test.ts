import { expect, test } from 'vitest';
import {
  BatchNorm2D,
  Conv2D,
  cat,
  Dense,
  Flatten,
  Module,
  manualSeed,
  ReLU,
  randn,
  Sequential,
  type Tensor,
} from '../src/index.js';
import { activations, featureMaps } from '../src/inspect/index.js';

/** One tower for two images, and two outputs. */
class Pair extends Module<[Tensor, Tensor], [Tensor, Tensor]> {
  readonly tower = new Sequential({
    conv: new Conv2D(1, 2, 3),
    norm: new BatchNorm2D(2),
    relu: new ReLU(),
    flatten: new Flatten(),
  });
  readonly again = this.tower;
  readonly heads = new Heads();
  readonly spare = new Dense(1, 1);
  override forward(a: Tensor, b: Tensor): [Tensor, Tensor] {
    return this.heads.forward(cat([this.tower.forward(a), this.tower.forward(b)], 1));
  }
}

class Heads extends Module<[Tensor], [Tensor, Tensor]> {
  readonly kind = new Dense(16, 3);
  readonly place = new Dense(16, 2);
  override forward(x: Tensor): [Tensor, Tensor] {
    return [this.kind.forward(x), this.place.forward(x)];
  }
}

test('what each named module computed, in one pass, in evaluation mode', () => {
  manualSeed(1);
  const model = new Pair();
  let passes = 0;
  const { forward } = model;
  model.forward = (...inputs) => {
    passes++;
    expect(model.tower.training).toBe(false);
    return forward.apply(model, inputs);
  };
  const [a, b] = [randn([5, 1, 4, 4]), randn([5, 1, 4, 4])];
  const found = activations(model, [a, b], ['', 'tower.conv', 'again', 'heads', 'heads.place']);
  expect(passes).toBe(1);
  expect(Object.keys(found)).toEqual(['', 'tower.conv', 'again', 'heads', 'heads.place']);
  const shapes = (tensors: Tensor[]) => tensors.map(({ shape }) => shape);
  expect(shapes(found['tower.conv'])).toEqual([
    [5, 2, 2, 2],
    [5, 2, 2, 2],
  ]);
  expect(shapes(found.again)).toEqual([
    [5, 8],
    [5, 8],
  ]);
  expect(shapes(found.heads)).toEqual([
    [5, 3],
    [5, 2],
  ]);
  expect(found['heads.place']).toHaveLength(1);
  expect(found['heads.place'][0].data).toEqual(found.heads[1].data);
  expect(found[''].map(({ data }) => data)).toEqual(found.heads.map(({ data }) => data));
  expect(model.training).toBe(true);
  model.eval();
  expect(found.again[1].data).toEqual(model.tower.forward(b).data);
  expect(found['tower.conv'][0].data).toEqual(model.tower.at('conv').forward(a).data);
  expect(Object.hasOwn(model.tower.at('conv'), 'forward')).toBe(false); // As it was.
});

test('one image is what featureMaps gives', () => {
  const model = new Sequential(new Conv2D(1, 2, 3), new ReLU());
  const x = randn([1, 1, 5, 5]);
  const {
    0: [maps],
    1: [after],
  } = activations(model, x, ['0', '1']);
  expect(maps.data).toEqual(featureMaps(model, x, '0').values);
  expect(after.data).toEqual(maps.relu().data);
  expect(activations(model, x, [])).toEqual({});
});

test('unknown names, modules that do not run and other mistakes are errors, and leave the model as it was', () => {
  const model = new Pair();
  const x = [randn([1, 1, 4, 4]), randn([1, 1, 4, 4])];
  expect(() => activations(model, x, ['tower.conf'])).toThrow(
    "activations: no layer 'tower.conf'; the layers are '' (the model itself), tower, tower.conv",
  );
  expect(() => activations(model, x, ['heads', 'spare'])).toThrow("the model does not run its layer 'spare'");
  expect(() => activations(model, x, 'heads' as never)).toThrow("expected a list of names, got 'heads'");
  expect(() => activations(model, [x[0], 3 as never], ['heads'])).toThrow('activations: expected a tensor, got 3');
  expect(() => activations(model, [x[0], randn([1, 2, 4, 4])], ['heads'])).toThrow('expected 1 input channels');
  expect(model.namedModules().every(([, module]) => !Object.hasOwn(module, 'forward'))).toBe(true);
});
