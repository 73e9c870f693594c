/** The English texts of this card. */
export const oneStepEn = {
  title: 'OneStepCard',
};
