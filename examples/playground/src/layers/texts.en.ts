/** The English texts of this card. */
export const layersEn = {
  title: 'LayersCard',
};
