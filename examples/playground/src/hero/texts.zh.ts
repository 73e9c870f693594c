/** The Chinese texts of this card. */
export const heroZh = {
  title: 'Hero',
};
