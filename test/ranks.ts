import type { Communicator } from '../src/index.js';

interface Waiting {
  what: string;
  numbers: Float32Array | Float64Array | Uint8Array;
  received?: Float32Array;
  go(): void;
}

/** The ranks of a world in one process, each a chain of promises: what is sent is copied when all who need it have come. */
export function ranksInMemory(size: number): Communicator[] {
  let meeting: (Waiting | undefined)[] = [];
  const pairs = new Map<string, Waiting>();
  const meet = (rank: number, what: string, numbers: Waiting['numbers'], act: (all: Waiting[]) => void) =>
    new Promise<void>((go, fail) => {
      const other = meeting.find((each) => each && each.what !== what);
      if (other) fail(new Error(`rank ${rank} is at ${what}, another at ${other.what}`));
      meeting[rank] = { what, numbers, go };
      const all = meeting.filter((each) => each !== undefined);
      if (all.length < size) return;
      meeting = [];
      act(all);
      for (const each of all) each.go();
    });
  return Array.from({ length: size }, (_, rank) => ({
    rank,
    size,
    broadcast: (bytes, from) =>
      meet(rank, `broadcast of ${bytes.length} from ${from}`, bytes, (all) => {
        for (const { numbers } of all) numbers.set(all[from].numbers);
      }),
    allReduce: (numbers) =>
      meet(rank, `allReduce of ${numbers.length}`, numbers, (all) => {
        const sum = numbers.map((_, i) => all.reduce((total, each) => total + each.numbers[i], 0));
        for (const each of all) each.numbers.set(sum);
      }),
    exchange: (partner, sent, received) =>
      new Promise<void>((go) => {
        const key = [rank, partner].sort().join();
        const other = pairs.get(key);
        if (!other) {
          pairs.set(key, { what: 'exchange', numbers: sent, received, go });
          return;
        }
        pairs.delete(key);
        received.set(other.numbers as Float32Array);
        other.received!.set(sent);
        other.go();
        go();
      }),
  }));
}

/** Calls a program once for each rank, and gives what each returns. */
export function onRanks<T>(size: number, program: (communicator: Communicator) => Promise<T>): Promise<T[]> {
  return Promise.all(ranksInMemory(size).map(program));
}
