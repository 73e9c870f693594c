import { ConvgradError, Generator } from '../../src/index.js';
import { mutateBytes, pick } from './mutate.js';
import type { Subject } from './subjects.js';

/**
 * How long a damaged file may take, and how much more memory than ever before: the limit of 64 MB for small files, and
 * what engine and packages add.
 */
const LIMITS = { ms: 1000, bytes: 150_000_000 };

interface Finding {
  input: number;
  what: string;
  bytes: Uint8Array;
}

interface Result {
  name: string;
  inputs: number;
  /** How many of them were read, in spite of all; the others were refused with an error of ours. */
  read: number;
  slowestMs: number;
  /** The largest step by which one of them raised the most memory that the process ever had. */
  largestGrowth: number;
  findings: Finding[];
}

/**
 * Tries a reader on `inputs` damaged files, half of them with bytes changed, half with the structure. Input k of a seed is
 * always the same.
 */
export async function fuzz(
  subject: Subject,
  inputs: number,
  seed: number | string,
  from = 0,
  limits = LIMITS,
): Promise<Result> {
  const { name, seeds, read } = subject;
  const result: Result = { name, inputs, read: 0, slowestMs: 0, largestGrowth: 0, findings: [] };
  for (const [i, bytes] of seeds.entries()) {
    if ((await outcome(read, bytes)).error !== null) throw new Error(`${name} does not read its seed ${i}`);
  }
  for (let input = from; input < from + inputs; input++) {
    const generator = new Generator(`${name} ${seed} ${input}`);
    const whole = generator.integer(2) === 0 ? pick(seeds, generator) : subject.restructure(generator);
    const bytes = seeds.includes(whole) || generator.integer(10) === 0 ? mutateBytes(whole, generator) : whole;
    let { error, ms, growth } = await outcome(read, bytes);
    for (let times = 0; times < 4 && ms > limits.ms; times++) ms = Math.min(ms, (await outcome(read, bytes)).ms); // Another thread may have computed, too.
    if (error === null) result.read++;
    result.slowestMs = Math.max(result.slowestMs, ms);
    result.largestGrowth = Math.max(result.largestGrowth, growth);
    const found = (what: string) => result.findings.push({ input, what, bytes });
    if (error !== null && !(error instanceof ConvgradError)) found(`untyped: ${error}`);
    if (error !== null && String(error).length > 3000) found(`a message of ${String(error).length} characters`);
    if (ms > limits.ms) found(`${ms.toFixed(0)} ms`);
    if (growth > limits.bytes) found(`${(growth / 1e6).toFixed(0)} MB`);
  }
  return result;
}

async function outcome(read: Subject['read'], bytes: Uint8Array) {
  const before = process.resourceUsage().maxRSS;
  const begun = process.cpuUsage();
  let error: unknown = null;
  try {
    await read(Uint8Array.from(bytes));
  } catch (caught) {
    error = caught;
  }
  const { user, system } = process.cpuUsage(begun); // Not the time on the clock: others compute beside it.
  const ms = (user + system) / 1000;
  return { error, ms, growth: 1024 * (process.resourceUsage().maxRSS - before) };
}
