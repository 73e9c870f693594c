import type { Communicator } from '../train/world.js';

/** The bytes that one rank has, on all ranks, whatever their number. */
export async function shareBytes(world: Communicator, from: number, bytes: Uint8Array): Promise<Uint8Array> {
  const length = Float64Array.of(world.rank === from ? bytes.length : 0);
  await world.allReduce(length);
  const shared = world.rank === from ? bytes.slice() : new Uint8Array(length[0]);
  if (shared.length > 0) await world.broadcast(shared, from);
  return shared;
}

/** What each rank says, in their order, on all ranks. */
export async function gather(world: Communicator, text: string): Promise<string[]> {
  const bytes = new TextEncoder().encode(text);
  const lengths = new Float64Array(world.size);
  lengths[world.rank] = bytes.length;
  await world.allReduce(lengths);
  const texts: string[] = [];
  for (let rank = 0; rank < world.size; rank++) {
    const shared = rank === world.rank ? bytes : new Uint8Array(lengths[rank]);
    if (shared.length > 0) await world.broadcast(shared, rank);
    texts.push(new TextDecoder().decode(shared));
  }
  return texts;
}
