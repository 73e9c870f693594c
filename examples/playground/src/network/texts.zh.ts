/** The Chinese texts of this card. */
export const networkZh = {
  title: 'NetworkCard',
};
