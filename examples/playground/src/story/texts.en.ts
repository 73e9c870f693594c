/** The English texts of the guided story that the page needs before it is told; the steps' stand in steps.en.ts. */
export const storyEn = {
  invitation:
    'New here? A story in ten steps, with something to do in each: what a filter is, how a network learns its own, and what they become.',
  start: 'Start the story',
  startTip: 'Start the story; you can go on using the page meanwhile',
  decline: 'No, thanks',
  declineTip: 'Hide this; the Story button above starts it at any time',
  open: 'Story',
  openTip: 'A guided story in ten steps',
};

export type StoryTexts = typeof storyEn;
