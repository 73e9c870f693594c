/** How many batches a second; null is as fast as it goes. */
export const PACES = { slow: 20, normal: 100, full: null } as const;
export type PaceName = keyof typeof PACES;
export const PACE_NAMES = Object.keys(PACES) as PaceName[];
