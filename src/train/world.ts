/**
 * Several processes that compute together, on one machine or many, and call the same functions in the same order. Each waits
 * until those that it needs have called, too.
 */
export interface Communicator {
  /** Which of them this one is, from 0. */
  readonly rank: number;
  /** How many there are. */
  readonly size: number;
  /** Overwrites `bytes`, of one length on all ranks, with those of one rank. */
  broadcast(bytes: Uint8Array, from: number): void | Promise<void>;
  /** Overwrites each number with its sum over all ranks, added in whatever order is fast; all ranks get the same bits. */
  allReduce(numbers: Float32Array | Float64Array): void | Promise<void>;
  /** Sends numbers to another rank, which calls this with the rank of this one, and overwrites `received` with what it sends. */
  exchange(partner: number, sent: Float32Array, received: Float32Array): void | Promise<void>;
}

/** Processes that train together: what `mpi()` of `convgrad/mpi` gives, for `fit`. */
export interface World extends Communicator {
  /** Into how many parts each batch falls. */
  readonly parts: number;
  /** How gradients are added: along a fixed tree, so that the number of ranks changes no bit, or as `allReduce` does it. */
  readonly reduction: 'tree' | 'allReduce';
  /** On how many threads this rank computes, unless `setThreads` said otherwise. */
  readonly threads: number | undefined;
  /** @internal What `fit` asks for once it has checked its options; see `SharedTraining`. */
  share<Settings, Shared>(settings: Settings): Shared;
}
