// Times whole training steps, and says which kernels they are spent in: npx tsx bench/step.ts
import { installed } from '../src/autograd/backend.js';
import * as convgrad from '../src/index.js';
import { buildNet } from './lib/ours.js';
import { median } from './lib/statistics.js';
import { NETS, type NetSpec } from './nets.js';

const { crossEntropy, manualSeed, SGD, uniform } = convgrad;

const seconds = Number(process.argv[2] ?? 3);

function stepOf(net: NetSpec, batch: number): () => void {
  manualSeed(1);
  const model = buildNet(convgrad, net);
  const optimizer = new SGD(model.parameters(), { lr: 0.05, momentum: 0.9 });
  const x = uniform([batch, 1, 28, 28]);
  const labels = Int32Array.from({ length: batch }, (_, i) => i % 10);
  return () => {
    const loss = crossEntropy(model.forward(x), labels);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
  };
}

/** Milliseconds of one step, each a mean over about 50 ms. */
function measure(step: () => void, milliseconds: number): number[] {
  for (const end = performance.now() + 300; performance.now() < end; ) step();
  const times: number[] = [];
  for (const end = performance.now() + milliseconds; performance.now() < end; ) {
    const begin = performance.now();
    let steps = 0;
    while (performance.now() - begin < 50) {
      step();
      steps++;
    }
    times.push((performance.now() - begin) / steps);
  }
  return times;
}

/** Milliseconds of one step in each kernel. */
function breakdown(step: () => void): [string, number][] {
  const { overrides } = installed()!;
  const spent = new Map<string, number>();
  const originals = Object.entries(overrides).map(([name, parts]) => ({ name, parts: parts!, before: { ...parts } }));
  for (const { name, parts, before } of originals) {
    for (const [part, original] of Object.entries(before)) {
      const timed = (...args: unknown[]) => {
        const begin = performance.now();
        (original as (...args: unknown[]) => void)(...args);
        const kernel = `${name}.${part}`;
        spent.set(kernel, (spent.get(kernel) ?? 0) + performance.now() - begin);
      };
      Object.assign(parts, { [part]: timed }); // Looked up at each call.
    }
  }
  let steps = 0;
  for (const end = performance.now() + 1000; performance.now() < end; steps++) step();
  for (const { parts, before } of originals) Object.assign(parts, before);
  return [...spent].map(([name, time]): [string, number] => [name, time / steps]).sort((a, b) => b[1] - a[1]);
}

for (const name of ['S', 'E']) {
  for (const batch of [32, 1]) {
    const step = stepOf(NETS[name], batch);
    const times = measure(step, seconds * 1000);
    const [middle, best] = [median(times), Math.min(...times)];
    const rate = (time: number) => ((batch * 1000) / time).toFixed(0);
    console.log(
      `Net ${name}, batch ${batch}: ${rate(middle)} images/s (best ${rate(best)}), ${(middle * 1000).toFixed(0)} us a step`,
    );
    const parts = breakdown(step).filter(([, time]) => time > middle / 100);
    console.log(parts.map(([kernel, time]) => `  ${kernel} ${(time * 1000).toFixed(0)} us`).join('\n'));
  }
}
