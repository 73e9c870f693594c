/** What each worker runs: one file, so that the engine is loaded once. The worker's name says which it is. */
import type { WorkerName } from './connection.js';
import { answerInspector } from './inspector.js';
import { answerMeasurer } from './measurer.js';
import { answerTrainer } from './trainer.js';

const answers = { trainer: answerTrainer, measurer: answerMeasurer, inspector: answerInspector };
const answer = answers[self.name as WorkerName];
self.addEventListener('message', ({ data }) => answer(data));
