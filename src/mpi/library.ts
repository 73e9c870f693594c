import { ArgumentError, ConvgradError, optional } from '../errors.js';
import type { Communicator } from '../train/world.js';

/** MPI itself failed, or is not to be found. */
export class MpiError extends ConvgradError {}

/** A handle of MPI's: in Open MPI an address. */
type Handle = bigint;

/** What is called of MPI, and what its calls are told. MPICH's handles are whole numbers: they would be told here, too. */
interface Library {
  call(name: keyof typeof SIGNATURES, ...given: unknown[]): void;
  handles: Record<keyof typeof SYMBOLS, Handle>;
}

/** Open MPI 2 to 4 and, as the interface has not changed since, 5. */
const FILES = ['libmpi.so.40', 'libmpi.so', 'libmpi.40.dylib', 'libmpi.dylib'];

const SYMBOLS = {
  world: 'ompi_mpi_comm_world',
  byte: 'ompi_mpi_byte',
  float32: 'ompi_mpi_float',
  float64: 'ompi_mpi_double',
  sum: 'ompi_mpi_op_sum',
};

const POINTER = 'void *';

const SIGNATURES = {
  MPI_Init: [POINTER, POINTER],
  MPI_Finalize: [],
  MPI_Abort: [POINTER, 'int'],
  MPI_Comm_rank: [POINTER, POINTER],
  MPI_Comm_size: [POINTER, POINTER],
  MPI_Bcast: [POINTER, 'int', POINTER, 'int', POINTER],
  MPI_Allreduce: [POINTER, POINTER, 'int', POINTER, POINTER, POINTER],
  MPI_Sendrecv: [POINTER, 'int', POINTER, 'int', 'int', POINTER, 'int', POINTER, 'int', 'int', POINTER, POINTER],
} as const;

/** Open MPI's MPI_IN_PLACE: what is sent is where the result goes. */
const IN_PLACE = 1n;
/** The tag of all messages, of which there is one kind. */
const TAG = 0;

async function load(): Promise<Library> {
  const { default: koffi } = await optional('mpi', 'koffi', () => import('koffi'));
  const reasons: string[] = [];
  for (const file of FILES) {
    try {
      // Open MPI opens parts of itself, which look for its symbols among those of the whole program.
      const library = koffi.load(file, { global: true });
      const functions = new Map<string, (...given: unknown[]) => number>();
      for (const [name, types] of Object.entries(SIGNATURES))
        functions.set(name, library.func(name, 'int', [...types]));
      const symbols = Object.entries(SYMBOLS).map(([name, symbol]) => [name, koffi.address(library.symbol(symbol))]);
      return {
        handles: Object.fromEntries(symbols),
        call(name, ...given) {
          const code = functions.get(name)!(...given);
          if (code !== 0) throw new MpiError('mpi', `${name} failed with code ${code}`);
        },
      };
    } catch (error) {
      reasons.push(error instanceof Error ? error.message : String(error));
    }
  }
  const install = 'install Open MPI, as apt-get install openmpi-bin does';
  throw new MpiError('mpi', `expected the library of Open MPI: ${install} (${reasons.join('; ')})`);
}

/** The processes that `mpirun` has started. Each call waits for the other ranks, and meanwhile nothing else runs. */
export interface MpiCommunicator extends Communicator {
  /** Leaves MPI, together with all ranks. */
  finalize(): void;
  /** Ends all ranks. */
  abort(code: number): void;
}

/** Joins them. To be called once in a process. */
export async function join(): Promise<MpiCommunicator> {
  const { call, handles } = await load();
  const { world, byte, float32, float64, sum } = handles;
  call('MPI_Init', null, null);
  const ask = (name: 'MPI_Comm_rank' | 'MPI_Comm_size') => {
    const answer = new Int32Array(1);
    call(name, world, answer);
    return answer[0];
  };
  const [rank, size] = [ask('MPI_Comm_rank'), ask('MPI_Comm_size')];
  return {
    rank,
    size,
    broadcast(bytes, from) {
      call('MPI_Bcast', bytes, bytes.length, byte, from, world);
    },
    allReduce(numbers) {
      const type = numbers.BYTES_PER_ELEMENT === 8 ? float64 : float32;
      call('MPI_Allreduce', IN_PLACE, numbers, numbers.length, type, sum, world);
    },
    exchange(partner, sent, received) {
      if (sent.length !== received.length) {
        throw new ArgumentError('mpi', `expected room for ${sent.length} numbers, got ${received.length}`);
      }
      const there = [sent, sent.length, float32, partner, TAG];
      const back = [received, received.length, float32, partner, TAG];
      call('MPI_Sendrecv', ...there, ...back, world, null);
    },
    finalize: () => call('MPI_Finalize'),
    abort: (code) => call('MPI_Abort', world, code),
  };
}
