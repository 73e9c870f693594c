// A port of an algorithm by Johannes Baagøe <baagoe@baagoe.com>, 2010
// http://baagoe.com/en/RandomMusings/javascript/
// https://github.com/nquinlan/better-random-numbers-for-javascript-mirror
// Original work is under MIT license -

// Copyright (C) 2010 by Johannes Baagøe <baagoe@baagoe.org>
//
// Permission is hereby granted, free of charge, to any person obtaining a copy
// of this software and associated documentation files (the "Software"), to deal
// in the Software without restriction, including without limitation the rights
// to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
// copies of the Software, and to permit persons to whom the Software is
// furnished to do so, subject to the following conditions:
//
// The above copyright notice and this permission notice shall be included in
// all copies or substantial portions of the Software.
//
// THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
// IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
// FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
// AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
// LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
// OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN
// THE SOFTWARE.

/** Where the generator stands: a carry, and three numbers in [0, 1). */
interface AleaState {
  c: number;
  s0: number;
  s1: number;
  s2: number;
}

/** The same numbers as the package seedrandom's `alea`, of which this is a port: a multiply-with-carry generator. */
export class Alea {
  state: AleaState;

  constructor(seed: string) {
    const hash = masher();
    const [s0, s1, s2] = [' ', ' ', ' '].map(hash).map((start) => {
      const rest = start - hash(seed);
      return rest < 0 ? rest + 1 : rest;
    });
    this.state = { c: 1, s0, s1, s2 };
  }

  /** 32 random bits in [0, 1). */
  next(): number {
    const { state } = this;
    const product = 2091639 * state.s0 + state.c * 2 ** -32;
    state.c = product | 0;
    state.s0 = state.s1;
    state.s1 = state.s2;
    state.s2 = product - state.c;
    return state.s2;
  }

  /** 53 random bits in [0, 1). */
  double(): number {
    return this.next() + ((this.next() * 0x200000) | 0) * 2 ** -53;
  }
}

/** A hash of texts that goes on from one to the next: numbers in [0, 1). */
function masher(): (text: string) => number {
  let n = 0xefc8249d;
  return (text) => {
    for (let i = 0; i < text.length; i++) {
      n += text.charCodeAt(i);
      let h = 0.02519603282416938 * n;
      n = h >>> 0;
      h -= n;
      h *= n;
      n = h >>> 0;
      n += (h - n) * 2 ** 32;
    }
    return (n >>> 0) * 2 ** -32;
  };
}
