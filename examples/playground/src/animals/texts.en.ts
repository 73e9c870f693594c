/** The English texts of this card. */
export const animalsEn = {
  title: 'AnimalsCard',
};
