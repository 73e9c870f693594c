import { ConvolutionCard } from './convolution/card.js';
import { Filters } from './filters/filters.js';
import { Guard } from './guard.js';
import { Header } from './header.js';
import { Hero } from './hero/hero.js';
import { InspectorCard } from './inspector/inspector.js';
import { later } from './later.js';
import { Presets } from './presets/presets.js';
import { Progress } from './progress/progress.js';
import { SettingsCard } from './settings/settings.js';
import { Story } from './story/story.js';
import { TrainingBar } from './training/bar.js';
import { Conditions } from './training/conditions.js';
import { Notices } from './training/notices.js';

const NetworkCard = later('network', async () => (await import('./network/network.js')).NetworkCard);
const OneStepCard = later('one-step', async () => (await import('./one-step/one-step.js')).OneStepCard);
const LayersCard = later('layers', async () => (await import('./layers/layers.js')).LayersCard);
const AnimalsCard = later('animals', async () => (await import('./animals/animals.js')).AnimalsCard);
const TakeawayCard = later('takeaway', async () => (await import('./takeaway/takeaway.js')).TakeawayCard);

/** In order of importance. */
const CARDS = [
  Conditions,
  Presets,
  Filters,
  NetworkCard,
  ConvolutionCard,
  OneStepCard,
  LayersCard,
  InspectorCard,
  Progress,
  AnimalsCard,
  SettingsCard,
  TakeawayCard,
];

/** The page: a card for each part. */
export function App() {
  return (
    <>
      <Header />
      <main>
        <Notices />
        <Guard>
          <Hero />
        </Guard>
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
