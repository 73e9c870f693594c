/** The part of seedrandom that `random.test.ts` uses; the package's own typings do not cover its single files. */
declare module 'seedrandom/lib/alea.js' {
  interface AleaState {
    c: number;
    s0: number;
    s1: number;
    s2: number;
  }
  interface Alea {
    /** 53 random bits in [0, 1). */
    double(): number;
    /** 32 random bits in [0, 1). */
    quick(): number;
    state(): AleaState;
  }
  export default function alea(seed: string, options: { state: true | AleaState }): Alea;
}
