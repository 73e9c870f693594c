/** The English texts of the guided story, a pair for each of its steps. */
export const storyEn = {
  label: 'Guided story',
  invitation: 'New here? A story in five steps: what a filter is, how a network learns its own, and what they become.',
  start: 'Start the story',
  startTip: 'Start the story; you can go on using the page meanwhile',
  decline: 'No, thanks',
  declineTip: 'Hide this; the Story button above starts it at any time',
  open: 'Story',
  openTip: 'A guided story in five steps',
  step: (step: number, of: number) => `Step ${step} of ${of}`,
  next: 'Next',
  nextTip: 'The next step',
  back: 'Back',
  backTip: 'The step before',
  done: 'Done',
  close: 'Close',
  closeTip: 'Close the story (Esc)',
  steps: [
    {
      title: 'A filter slides over an image',
      text: 'Press Play. At each stop the window multiplies the pixels it sees by nine weights and adds up the products. A person chose these weights, 1, 0 and −1: they respond to vertical edges.',
    },
    {
      title: 'Nobody chooses these',
      text: 'A network has to find its weights by itself. They start as noise. Press Train at the top: each batch of images changes every weight a little, so that fewer digits are misread.',
    },
    {
      title: 'Watch them',
      text: 'The small square is what each filter was, the large one what it is now. After some training, drag this slider back and forth to see the noise fade and a shape emerge.',
    },
    {
      title: 'Are these edges?',
      text: 'The eye finds patterns in noise, too. So each filter is compared with templates of edges and lines, and the whole layer with 20,000 random layers. Only a curve above both bands is more than chance.',
    },
    {
      title: 'Inspect one',
      text: 'Choose a filter and ablate it: how many digits are misread without it? Below stands what it resembles and what excites it. Then draw a digit of your own, one card up.',
    },
  ],
};

export type StoryTexts = typeof storyEn;
