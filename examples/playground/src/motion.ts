/** The browser's word on whether its reader wants no motion. */
export const reducedMotion = (): MediaQueryList => matchMedia('(prefers-reduced-motion: reduce)');

/** Whether the reader wants no motion just now. */
export const wantsRest = (): boolean => reducedMotion().matches;
