import asc from 'assemblyscript/asc';

// Seven products and seven sums that do not wait for each other: each takes three cycles, and two of each can begin in
// every cycle. More would not fit into the registers.
const chains = [0, 1, 2, 3, 4, 5, 6];
const source = `
export function peak(rounds: i32): f32 {
  const one = f32x4.splat(1.0);
  ${chains.map((i) => `let m${i} = one, s${i} = one;`).join('\n')}
  for (let i = 0; i < rounds; i++) {
    ${chains.map((i) => `m${i} = f32x4.mul(m${i}, one); s${i} = f32x4.add(s${i}, one);`).join('\n')}
  }
  let t = one;
  ${chains.map((i) => `t = f32x4.add(t, f32x4.add(m${i}, s${i}));`).join('\n')}
  return f32x4.extract_lane(t, 0);
}`;

/** A function that multiplies and adds in registers only, and returns GFLOP/s: no kernel can be faster on this core. */
export async function simdPeak(): Promise<() => number> {
  const { binary, error } = await asc.compileString(source, { enable: ['simd'], optimizeLevel: 3, runtime: 'stub' });
  if (error || !binary) throw error;
  const { instance } = await WebAssembly.instantiate(binary as Uint8Array<ArrayBuffer>, { env: { abort() {} } });
  const peak = instance.exports.peak as (rounds: number) => number;
  for (let i = 0; i < 50; i++) peak(10000);
  return () => {
    const rounds = 40000;
    const begin = performance.now();
    peak(rounds);
    return (rounds * chains.length * 8) / (performance.now() - begin) / 1e6;
  };
}
