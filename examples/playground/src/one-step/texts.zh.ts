/** The Chinese texts of this card. */
export const oneStepZh = {
  title: 'OneStepCard',
};
