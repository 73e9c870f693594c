/** What either worker runs: one file, so that the engine is loaded once. The worker's name says which it is. */
import { answerMeasurer } from './measurer.js';
import { answerTrainer } from './trainer.js';

const answer = self.name === 'trainer' ? answerTrainer : answerMeasurer;
self.addEventListener('message', ({ data }) => answer(data));
