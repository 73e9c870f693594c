import asc from 'assemblyscript/asc';

// Twelve independent sums, because an addition takes three to four cycles and two can begin in each.
const sums = Array.from({ length: 12 }, (_, i) => `s${i}`);
const source = `
export function peak(rounds: i32): f32 {
  const a = f32x4.splat(0.5), b = f32x4.splat(1.0);
  ${sums.map((s) => `let ${s} = f32x4.splat(1.0);`).join('\n')}
  for (let i = 0; i < rounds; i++) {
    ${sums.map((s) => `${s} = f32x4.add(f32x4.mul(${s}, a), b);`).join('\n')}
  }
  let t = f32x4.splat(0);
  ${sums.map((s) => `t = f32x4.add(t, ${s});`).join('\n')}
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
    return (rounds * sums.length * 8) / (performance.now() - begin) / 1e6;
  };
}
