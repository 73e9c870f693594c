/** The Chinese texts of this card. */
export const presetsZh = {
  title: 'Presets',
};
