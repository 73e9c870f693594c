/** The Chinese texts of this card. */
export const animalsZh = {
  title: 'AnimalsCard',
};
