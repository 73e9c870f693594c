import { ConvolutionCard } from './convolution/card.js';
import { DrawCard } from './draw/draw.js';
import { Filters } from './filters/filters.js';
import { Header } from './header.js';
import { InspectorCard } from './inspector/inspector.js';
import { Progress } from './progress/progress.js';
import { SettingsCard } from './settings/settings.js';
import { Story } from './story/story.js';
import { TakeawayCard } from './takeaway/takeaway.js';
import { TrainingBar } from './training/bar.js';
import { Conditions } from './training/conditions.js';

/** The page: a card for each part, in order of importance. */
export function App() {
  return (
    <>
      <Header />
      <main>
        <TrainingBar />
        <Conditions />
        <Filters />
        <ConvolutionCard />
        <DrawCard />
        <InspectorCard />
        <Progress />
        <SettingsCard />
        <TakeawayCard />
      </main>
      <Story />
    </>
  );
}
