/** The English texts of the guided story, a pair for each of its steps. */
export const storyEn = {
  label: 'Guided story',
  invitation: 'New here? A story in five steps: what a filter is, how a network learns its own, and what they become.',
  start: 'Tell me',
  startTip: 'Start the story; you can go on using the page meanwhile',
  decline: 'No, thanks',
  declineTip: 'Hide this; the button above starts the story at any time',
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
      text: 'Press Play. At each place the window multiplies what it sees with nine weights and adds up. These weights, 1, 0 and −1, somebody thought out: they answer to vertical edges.',
    },
    {
      title: 'Nobody thinks these out',
      text: 'A network has to find its weights by itself. They start as noise. Press Train at the top: each batch of images changes every weight a little, so that fewer digits are named wrong.',
    },
    {
      title: 'Watch them',
      text: 'Small is what each filter was, large what it is. When the training has gone on for a while, drag this slider back to see the noise fade and a shape come.',
    },
    {
      title: 'Are these edges?',
      text: 'Eyes find patterns in noise, too. So each filter is compared with templates of edges and lines, and the layer with 20,000 random ones. Only a line above both bands is more than chance.',
    },
    {
      title: 'Inspect one',
      text: 'Choose a filter: what it looks like, what excites it, and how many digits are lost without it. Then draw a digit of your own, one card further up.',
    },
  ],
};

export type StoryTexts = typeof storyEn;
