// The steps of the optimizers. Arrays are addresses, 0 where there is none, followed by room up to a multiple of 64 bytes,
// so that loops may run in whole vectors. The formulas stand in src/optim.

@inline
function keep(kept: v128, old: v128, added: v128, value: v128): v128 {
  return f32x4.add(f32x4.mul(kept, old), f32x4.mul(added, value));
}

/** Without decay the gradient, also where the weight is infinite. */
@inline
function decayed(gradient: v128, decay: f32, weight: v128): v128 {
  return decay === 0 ? gradient : f32x4.add(gradient, f32x4.mul(f32x4.splat(decay), weight));
}

/** One step of stochastic gradient descent; velocity is 0 where there is none. Flags: 1 Nesterov's, 2 the first step. */
export function sgd(
  parameter: usize, gradient: usize, velocity: usize, length: i32, lr: f32, momentum: f32, kept: f32, weightDecay: f32,
  flags: i32,
): void {
  const nesterov = (flags & 1) !== 0;
  const first = (flags & 2) !== 0;
  const rate = f32x4.splat(lr);
  const inertia = f32x4.splat(momentum);
  const share = f32x4.splat(kept);
  for (const end = parameter + (length << 2); parameter < end; parameter += 16, gradient += 16) {
    const w = v128.load(parameter);
    let step = decayed(v128.load(gradient), weightDecay, w);
    if (velocity !== 0) {
      let v = step;
      if (!first) {
        v = f32x4.mul(inertia, v128.load(velocity));
        v = f32x4.add(v, f32x4.mul(share, step));
      }
      v128.store(velocity, v);
      step = nesterov ? f32x4.add(step, f32x4.mul(inertia, v)) : v;
      velocity += 16;
    }
    v128.store(parameter, f32x4.sub(w, f32x4.mul(rate, step)));
  }
}

export function adam(
  parameter: usize, gradient: usize, mean: usize, square: usize, largest: usize, length: i32, beta1: f32, added1: f32,
  beta2: f32, added2: f32, eps: f32, stepSize: f32, correction: f32, weightDecay: f32, shrink: f32,
): void {
  const size = f32x4.splat(stepSize);
  const epsilon = f32x4.splat(eps);
  for (const end = parameter + (length << 2); parameter < end; parameter += 16, gradient += 16) {
    let w = v128.load(parameter);
    const g = decayed(v128.load(gradient), weightDecay, w);
    w = decayed(w, -shrink, w);
    const m = keep(f32x4.splat(beta1), v128.load(mean), f32x4.splat(added1), g);
    let s = keep(f32x4.splat(beta2), v128.load(square), f32x4.splat(added2), f32x4.mul(g, g));
    v128.store(mean, m);
    v128.store(square, s);
    mean += 16;
    square += 16;
    if (largest !== 0) {
      s = f32x4.max(v128.load(largest), s);
      v128.store(largest, s);
      largest += 16;
    }
    const divisor = f32x4.add(f32x4.div(f32x4.sqrt(s), f32x4.splat(correction)), epsilon);
    v128.store(parameter, f32x4.sub(w, f32x4.div(f32x4.mul(size, m), divisor)));
  }
}

export function rmsprop(
  parameter: usize, gradient: usize, square: usize, mean: usize, velocity: usize, length: i32, lr: f32, alpha: f32,
  added: f32, eps: f32, momentum: f32, weightDecay: f32,
): void {
  const kept = f32x4.splat(alpha);
  const share = f32x4.splat(added);
  for (const end = parameter + (length << 2); parameter < end; parameter += 16, gradient += 16) {
    const w = v128.load(parameter);
    const g = decayed(v128.load(gradient), weightDecay, w);
    let variance = keep(kept, v128.load(square), share, f32x4.mul(g, g));
    v128.store(square, variance);
    square += 16;
    if (mean !== 0) {
      const m = keep(kept, v128.load(mean), share, g);
      v128.store(mean, m);
      mean += 16;
      const most = f32x4.min(f32x4.mul(m, m), f32x4.splat(f32.MAX_VALUE)); // Infinity - Infinity would be NaN.
      variance = f32x4.max(f32x4.sub(variance, most), f32x4.splat(0));
    }
    let step = f32x4.div(g, f32x4.add(f32x4.sqrt(variance), f32x4.splat(eps)));
    if (velocity !== 0) {
      step = f32x4.add(f32x4.mul(f32x4.splat(momentum), v128.load(velocity)), step);
      v128.store(velocity, step);
      velocity += 16;
    }
    v128.store(parameter, f32x4.sub(w, f32x4.mul(f32x4.splat(lr), step)));
  }
}

export function adadelta(
  parameter: usize, gradient: usize, square: usize, delta: usize, length: i32, lr: f32, rho: f32, added: f32, eps: f32,
  weightDecay: f32,
): void {
  const kept = f32x4.splat(rho);
  const share = f32x4.splat(added);
  const epsilon = f32x4.splat(eps);
  for (const end = parameter + (length << 2); parameter < end; parameter += 16, gradient += 16) {
    const w = v128.load(parameter);
    const g = decayed(v128.load(gradient), weightDecay, w);
    const s = keep(kept, v128.load(square), share, f32x4.mul(g, g));
    const d = v128.load(delta);
    let step = f32x4.div(f32x4.sqrt(f32x4.add(d, epsilon)), f32x4.sqrt(f32x4.add(s, epsilon)));
    step = f32x4.mul(step, g);
    v128.store(square, s);
    v128.store(delta, keep(kept, d, share, f32x4.mul(step, step)));
    v128.store(parameter, f32x4.sub(w, f32x4.mul(f32x4.splat(lr), step)));
    square += 16;
    delta += 16;
  }
}
