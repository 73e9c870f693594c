/** The English texts of this card. */
export const heroEn = {
  title: 'Hero',
};
