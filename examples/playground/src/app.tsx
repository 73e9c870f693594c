import { ConvolutionCard } from './convolution/card.js';
import { DrawCard } from './draw/draw.js';
import { Filters } from './filters/filters.js';
import { Guard } from './guard.js';
import { Header } from './header.js';
import { InspectorCard } from './inspector/inspector.js';
import { Progress } from './progress/progress.js';
import { SettingsCard } from './settings/settings.js';
import { Story } from './story/story.js';
import { TakeawayCard } from './takeaway/takeaway.js';
import { TrainingBar } from './training/bar.js';
import { Conditions } from './training/conditions.js';
import { Notices } from './training/notices.js';

/** In order of importance. */
const CARDS = [Conditions, Filters, ConvolutionCard, DrawCard, InspectorCard, Progress, SettingsCard, TakeawayCard];

/** The page: a card for each part. */
export function App() {
  return (
    <>
      <Header />
      <main>
        <Notices />
        <TrainingBar />
        {CARDS.map((Part, i) => (
          <Guard key={i}>
            <Part />
          </Guard>
        ))}
      </main>
      <Story />
    </>
  );
}
