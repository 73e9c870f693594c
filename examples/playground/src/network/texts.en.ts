/** The English texts of this card. */
export const networkEn = {
  title: 'NetworkCard',
};
