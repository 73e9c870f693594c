/** The Chinese texts of this card. */
export const layersZh = {
  title: 'LayersCard',
};
