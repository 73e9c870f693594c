import { readdirSync, readFileSync } from 'node:fs';

/** Processor seconds of each thread of some processes so far, by 'process/thread'; Linux only. */
export type ThreadTimes = Map<string, { name: string; seconds: number }>;

export function threadTimes(processes: readonly number[]): ThreadTimes {
  const times: ThreadTimes = new Map();
  for (const process of processes) {
    for (const thread of readdirSync(`/proc/${process}/task`)) {
      const folder = `/proc/${process}/task/${thread}`;
      try {
        const name = readFileSync(`${folder}/comm`, 'utf8').trim();
        const [nanoseconds] = readFileSync(`${folder}/schedstat`, 'utf8').split(' ');
        times.set(`${process}/${thread}`, { name, seconds: Number(nanoseconds) / 1e9 });
      } catch {
        // It has just ended.
      }
    }
  }
  return times;
}

/** What each thread took from one time to another, the busiest first. */
export function between(before: ThreadTimes, after: ThreadTimes): { name: string; seconds: number }[] {
  const taken = Array.from(after, ([id, { name, seconds }]) => {
    return { name, seconds: seconds - (before.get(id)?.seconds ?? 0) };
  });
  return taken.sort((a, b) => b.seconds - a.seconds);
}
