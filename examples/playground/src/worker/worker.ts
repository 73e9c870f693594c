/** What each worker runs: one file, so that the engine is loaded once. The worker's name says which it is. */
import type { ToAnimals } from '../animals/messages.js';
import type { WorkerName } from './connection.js';
import { answerInspector } from './inspector.js';
import { answerMeasurer } from './measurer.js';
import { answerTrainer } from './trainer.js';

/** Its program is loaded by its first message, and messages keep their order. */
async function answerAnimals(data: ToAnimals): Promise<void> {
  const program = await import('./animals-trainer.js').catch(() => null);
  if (program) program.answerAnimals(data);
  else self.postMessage({ type: 'failed', failure: { kind: 'unloaded' } });
}

const answers = {
  trainer: answerTrainer,
  measurer: answerMeasurer,
  inspector: answerInspector,
  animals: answerAnimals,
};
const answer = answers[self.name as WorkerName];
self.addEventListener('message', ({ data }) => answer(data));
