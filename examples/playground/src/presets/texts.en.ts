/** The English texts of this card. */
export const presetsEn = {
  title: 'Presets',
};
